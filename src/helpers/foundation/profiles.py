"""The profiles: every size and every hyperparameter, one file of ``configs/`` each."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml

from helpers.foundation import paths
from helpers.foundation.datasets import Dataset, Skew, all_datasets
from helpers.foundation.errors import CompanionError
from helpers.foundation.hub import Hub
from helpers.foundation.names import SETUPS, check_choice, check_model, family_of
from helpers.foundation.setups import PAPER_SETUPS
from helpers.foundation.variants import Variant

PUBLISHED_PROFILE = "embedded"
_HUB_PROFILE = "paper"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a model is fine-tuned (paper, section 3).

    Learning rates fall linearly to ``final_learning_rate_share`` of their start. An epoch is
    validated ``validations`` times; the model with the lowest validation loss is kept.

    ``attention`` and ``compile`` say how the same numbers are computed: the kernel of
    ``transformers`` (flash attention needs its package and a GPU), and `torch.compile`, which
    pays on long runs. The page on costs has them measured.
    """

    batch_size: int
    accumulation: int
    encoder_learning_rate: float
    head_learning_rate: float
    epochs: float
    max_length: int
    optimizer: Literal["adamw", "radam"] = "adamw"
    weight_decay: float = 0.0
    warmup_share: float = 0.0
    final_learning_rate_share: float = 0.0
    max_grad_norm: float = 1.0
    validations: int = 10
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    dropout: float = 0.1
    first_token: Literal["hidden", "pooler"] = "hidden"
    mask_entropy_form: Literal["paper", "authors_code"] = "paper"
    attention: Literal["sdpa", "eager", "flash_attention_2"] = "sdpa"
    compile: bool = False

    def identity(self) -> dict[str, Any]:
        """Return what the numbers depend on: all but how they are computed."""
        how = ("attention", "compile")
        return {name: value for name, value in dataclasses.asdict(self).items() if name not in how}


@dataclass(frozen=True, kw_only=True)
class DatasetSettings:
    """Sizes of one data set's subsets (rows; null: the most there are) and its own recipe.

    ``languages`` are the ones to use, with the weights of the data set's record, or ``skew`` names
    languages and the weight of each label; by default those of the record. ``with_translations``
    lets training and validation subsets of parallel texts hold a row and its own translation, so
    that "the most there are" is what their cells allow, as in the paper. ``shap_texts`` is how
    many of its test texts are explained. It, the seeds, the nulls and the seeds of single stages
    are the profile's where they are null here.
    """

    languages: tuple[str, ...] | None = None
    skew: Mapping[str, tuple[float, ...]] | None = None
    train: int | None = None
    validation: int | None = None
    test: int | None = None
    shap_texts: int | None = None
    seeds: tuple[int, ...] | None = None
    nulls: Mapping[int, int] | None = None
    mie_seeds: tuple[int, ...] | None = None
    mie_nulls: Mapping[int, int] | None = None
    stage_seeds: Mapping[str, tuple[int, ...]] | None = None
    rule: Literal["paper", "authors_code"] = "paper"
    with_translations: bool = False
    recipe: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LanguageIdentificationSettings:
    """External texts of the language identification (paper, section 2.2)."""

    external: Literal["eld", "wikipedia"] = "eld"
    per_language: int = 1000


@dataclass(frozen=True, kw_only=True)
class ShapSettings:
    """How many test texts are explained, and with what budget (paper, section 2.3).

    ``texts`` null: all of them.
    """

    texts: int | None = 240
    max_evals: int = 500
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "fp32"
    threshold: float = 0.01


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One file of ``configs/``: all sizes and hyperparameters of a run.

    ``matrix`` lists the data sets of ``companion reproduce``; ``datasets`` has the settings of
    families; of a family that is not among them, its record has the sizes. ``setups`` lists the
    setups of every data set (`helpers.foundation.setups`). ``nulls`` gives each seed the one whose
    balanced model is compared with its own, for the null of a SHAP difference; a seed that stands
    only there adds one balanced model. ``mie_seeds`` and ``mie_setups`` say which experiments are
    repeated with masked input entropy, ``mie_nulls`` their nulls. ``stage_seeds`` limits stages to
    some seeds: those that need what earlier seeds did not keep; some stages run for no other seeds
    than these. ``hub`` says where models and articles are fetched from; ``paper.yaml`` has it, for
    every profile.
    """

    name: str
    about: str
    models: tuple[str, ...]
    matrix: tuple[str, ...]
    seeds: tuple[int, ...]
    recipe: Recipe
    datasets: Mapping[str, DatasetSettings]
    language_identification: LanguageIdentificationSettings = LanguageIdentificationSettings()
    shap: ShapSettings = ShapSettings()
    nulls: Mapping[int, int] = field(default_factory=dict)
    mie_seeds: tuple[int, ...] = ()
    setups: tuple[str, ...] = PAPER_SETUPS
    mie_setups: tuple[str, ...] = ("balanced", "imbalanced")
    mie_nulls: Mapping[int, int] = field(default_factory=dict)
    stage_seeds: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    hub: Hub | None = None

    def settings(self, dataset: str) -> DatasetSettings:
        """Return the settings of a data set's family: the profile's, or its record's sizes."""
        family = family_of(dataset)
        if family not in self.datasets:
            sizes = all_datasets()[family].sizes
            return DatasetSettings(
                train=sizes["train"], validation=sizes["validation"], test=sizes["test"]
            )
        return self.datasets[family]

    def skew_of(self, dataset: str) -> Skew | None:
        """Return a data set's languages and their weights; None: those of its record."""
        own = self.settings(dataset)
        about = all_datasets()[family_of(dataset)]
        skew = about.skew_in(own.languages) if own.languages is not None else own.skew
        return None if skew is None or skew == about.skew else skew

    def dataset_folder(self, dataset: str) -> str:
        """Return a data set's name, with its languages and their weights where they are its own.

        Examples
        --------
        >>> load_profile("quick").dataset_folder("xnli")
        'xnli'
        """
        skew = self.skew_of(dataset)
        if skew is None:
            return dataset
        about = all_datasets()[family_of(dataset)]
        languages = "-".join(skew)
        if about.weights and skew == about.skew_in(tuple(skew)):
            return f"{dataset}+{languages}"
        from helpers.foundation.store import fingerprint  # which imports pandas

        return f"{dataset}+{languages}-{fingerprint(skew=[*skew.items()])[:8]}"

    def shap_texts(self, dataset: str) -> int | None:
        """Return how many of a data set's test texts are explained; None: all."""
        own = self.settings(dataset).shap_texts
        return self.shap.texts if own is None else own

    def seeds_of(self, dataset: str, *, mie: bool = False) -> tuple[int, ...]:
        """Return a data set's seeds, or those repeated with masked input entropy."""
        own = self.settings(dataset)
        if mie:
            return self.mie_seeds if own.mie_seeds is None else own.mie_seeds
        return self.seeds if own.seeds is None else own.seeds

    def nulls_of(self, dataset: str, *, mie: bool = False) -> Mapping[int, int]:
        """Return the other seed of each null of a data set."""
        own = self.settings(dataset)
        if mie:
            return self.mie_nulls if own.mie_nulls is None else own.mie_nulls
        return self.nulls if own.nulls is None else own.nulls

    def stage_seeds_of(self, dataset: str) -> Mapping[str, tuple[int, ...]]:
        """Return the seeds that some stages are limited to, for a data set."""
        return {**self.stage_seeds, **(self.settings(dataset).stage_seeds or {})}

    def recipe_for(self, dataset: str, variant: Variant) -> Recipe:
        """Return the recipe of one experiment: the profile's, the data set's, the variant's."""
        recipe = dataclasses.replace(self.recipe, **self.settings(dataset).recipe)
        if variant.recipe == "authors_code":
            recipe = dataclasses.replace(
                recipe,
                optimizer="radam",
                weight_decay=0.0,
                warmup_share=0.0,
                final_learning_rate_share=0.01,
                first_token="pooler",
                mask_entropy_form="authors_code",
            )
        return recipe


def profile_names() -> list[str]:
    """Return the names of the profiles in ``configs/``."""
    return sorted(path.stem for path in paths.configs_dir().glob("*.yaml"))


@cache
def _parse_profile(path: Path, text: str) -> Profile:
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CompanionError(f"{path.name} is not valid YAML: {error}") from error
    profile = _build(Profile, {"name": path.stem, **raw}, where=path.name)
    for model in profile.models:
        check_model(model)
    for dataset in profile.matrix:
        profile.recipe_for(dataset, Variant())
    for family, settings in profile.datasets.items():
        check_choice(f"data set in {path.name}", family, all_datasets())
        _check_languages(settings, all_datasets()[family], where=f"{path.name}: {family}")
    for setup in (*profile.setups, *profile.mie_setups):
        check_choice(f"setup in {path.name}", setup, SETUPS)
    if (profile.hub is not None) != (profile.name == _HUB_PROFILE):
        raise CompanionError(f"{path.name}: the field 'hub' belongs in {_HUB_PROFILE}.yaml alone")
    return profile


def _check_languages(settings: DatasetSettings, about: Dataset, *, where: str) -> None:
    """Refuse languages or weights that no skewed subset can be drawn with."""
    if settings.languages is not None and settings.skew is not None:
        raise CompanionError(f"{where}: give languages or a skew, not both")
    if settings.languages is not None and not about.weights:
        raise CompanionError(f"{where}: languages without weights: give a skew")
    named = tuple(settings.skew or settings.languages or about.languages)
    if about.weights and (len(named) < 2 or len(set(named)) < len(named)):
        raise CompanionError(f"{where}: languages {', '.join(named)}: give two or more, once each")
    for language, weights in (settings.skew or {}).items():
        if min(weights, default=0.0) <= 0:
            raise CompanionError(f"{where}: skew: {language}: give each label a weight above 0")


def load_profile(name: str) -> Profile:
    """Read ``configs/<name>.yaml``.

    Raises
    ------
    CompanionError
        If there is no such profile, or a field of it is unknown, missing or of the wrong type.
    """
    check_choice("profile", name, profile_names())
    path = paths.configs_dir() / f"{name}.yaml"
    return _parse_profile(path, path.read_text(encoding="utf-8"))


def hub_settings() -> Hub:
    """Return where models and texts lie on the hub, for every profile.

    Raises
    ------
    CompanionError
        If ``configs/paper.yaml`` is not there or not valid.
    """
    hub = load_profile(_HUB_PROFILE).hub
    assert hub is not None  # checked when the file is read
    return hub


T = TypeVar("T")


def _build(cls: type[T], raw: Any, *, where: str) -> T:
    """Fill a dataclass from a mapping, refusing unknown, missing and mistyped fields."""
    if not isinstance(raw, Mapping):
        raise CompanionError(f"{where}: expected fields, got {raw!r}")
    hints = typing.get_type_hints(cls)
    fields = {item.name: item for item in dataclasses.fields(cls)}  # type: ignore[arg-type]
    for key in raw:
        check_choice(f"field in {where}:", key, fields)
    values = {}
    for name, item in fields.items():
        if name in raw:
            values[name] = _convert(hints[name], raw[name], where=f"{where}: {name}")
        elif item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
            raise CompanionError(f"{where}: the field {name!r} is missing")
    if cls is DatasetSettings:
        for key in values.get("recipe", {}):
            check_choice(f"field in {where}: recipe:", key, Recipe.__dataclass_fields__)
    return cls(**values)


def _convert(hint: Any, value: Any, *, where: str) -> Any:
    """Return ``value`` as the type that ``hint`` names, or refuse it."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return _build(typing.cast(type, hint), value, where=where)
    if origin is Literal:
        check_choice(f"value of {where}:", value, arguments)
        return value
    if origin is types.UnionType:
        if value is None and type(None) in arguments:
            return None
        return _convert(arguments[0], value, where=where)
    if origin is tuple and isinstance(value, list):
        return tuple(_convert(arguments[0], item, where=where) for item in value)
    if origin is not None and isinstance(value, Mapping):
        return types.MappingProxyType(
            {
                key: _convert(arguments[1], item, where=f"{where}: {key}")
                for key, item in value.items()
            }
        )
    if hint is Any:
        return value
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and isinstance(value, hint) and not (hint is int and value is True):
        return value
    raise CompanionError(f"{where}: expected {getattr(hint, '__name__', hint)}, got {value!r}")
