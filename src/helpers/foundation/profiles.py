"""The profiles: every size and every hyperparameter, one file of ``configs/`` each."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from helpers.foundation import paths
from helpers.foundation.datasets import Dataset, Skew, all_datasets
from helpers.foundation.errors import CompanionError, one_line
from helpers.foundation.hub import Hub
from helpers.foundation.names import SETUPS, check_choice, check_model, family_of
from helpers.foundation.setups import PAPER_SETUPS
from helpers.foundation.typed_fields import Limits, build
from helpers.foundation.variants import Variant
from helpers.foundation.yaml_text import read_yaml

Rule = Literal["paper", "authors_code"]
External = Literal["eld", "wikipedia"]
PUBLISHED_PROFILE = "embedded"
LARGEST_SEED = 2**32 - 1  # of NumPy's and the Trainer's generators
_HUB_PROFILE = "paper"
_LANGUAGE = re.compile(r"[\w-]{1,40}")


Count = Annotated[int, Limits(1, 10**9)]
Seed = Annotated[int, Limits(0, LARGEST_SEED)]
Share = Annotated[float, Limits(0, 1)]
Rate = Annotated[float, Limits(0, 1, open=True)]
Weight = Annotated[float, Limits(0, 10**6, open=True)]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a model is fine-tuned (paper, section 3).

    Learning rates fall linearly to ``final_learning_rate_share`` of their start. An epoch is
    validated ``validations`` times; the model with the lowest validation loss is kept.

    ``attention`` and ``compile`` say how the same numbers are computed: the kernel of
    ``transformers`` (flash attention needs its package and a GPU), and `torch.compile`, which
    pays on long runs. The page on costs has them measured.
    """

    batch_size: Count
    accumulation: Count
    encoder_learning_rate: Rate
    head_learning_rate: Rate
    epochs: Annotated[float, Limits(0, 10_000, open=True)]
    max_length: Annotated[int, Limits(4, 10**6)]
    optimizer: Literal["adamw", "radam"] = "adamw"
    weight_decay: Share = 0.0
    warmup_share: Share = 0.0
    final_learning_rate_share: Share = 0.0
    max_grad_norm: Annotated[float, Limits(0, 10**6, open=True)] = 1.0
    validations: Count = 10
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    dropout: Annotated[float, Limits(0, 0.99)] = 0.1
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
    languages and the weight of each label; by default those of the record. With ``as_is`` there is
    no skew: the imbalanced subsets have the joint distribution of the rows. ``with_translations``
    lets training and validation subsets of parallel texts hold a row and its own translation, so
    that "the most there are" is what their cells allow, as in the paper. ``shap_texts`` is how
    many of its test texts are explained. It, the seeds, the nulls and the seeds of single stages
    are the profile's where they are null here.
    """

    languages: tuple[str, ...] | None = None
    skew: Mapping[str, tuple[Weight, ...]] | None = None
    train: Count | None = None
    validation: Count | None = None
    test: Count | None = None
    shap_texts: Count | None = None
    seeds: tuple[Seed, ...] | None = None
    nulls: Mapping[Seed, Seed] | None = None
    mie_seeds: tuple[Seed, ...] | None = None
    mie_nulls: Mapping[Seed, Seed] | None = None
    stage_seeds: Mapping[str, tuple[Seed, ...]] | None = None
    rule: Rule = "paper"
    with_translations: bool = False
    as_is: bool = False
    recipe: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LanguageIdentificationSettings:
    """External texts of the language identification (paper, section 2.2)."""

    external: External = "eld"
    per_language: Annotated[int, Limits(5, 10**9)] = 1000  # a text for each fold


@dataclass(frozen=True, kw_only=True)
class ShapSettings:
    """How many test texts are explained, and with what budget (paper, section 2.3).

    ``texts`` null: all of them.
    """

    texts: Count | None = 240
    max_evals: Annotated[int, Limits(8, 10**9)] = 500  # both ends, and a round of the tree
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "fp32"
    threshold: Share = 0.01


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
    seeds: tuple[Seed, ...]
    recipe: Recipe
    datasets: Mapping[str, DatasetSettings]
    language_identification: LanguageIdentificationSettings = LanguageIdentificationSettings()
    shap: ShapSettings = ShapSettings()
    nulls: Mapping[Seed, Seed] = field(default_factory=dict)
    mie_seeds: tuple[Seed, ...] = ()
    setups: tuple[str, ...] = PAPER_SETUPS
    mie_setups: tuple[str, ...] = ("balanced", "imbalanced")
    mie_nulls: Mapping[Seed, Seed] = field(default_factory=dict)
    stage_seeds: Mapping[str, tuple[Seed, ...]] = field(default_factory=dict)
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
        skew, usual = self.chosen_skew(dataset), all_datasets()[family_of(dataset)].skew
        return None if skew == usual else skew

    def chosen_skew(self, dataset: str) -> Skew:
        """Return a data set's languages and their weights; empty: it has no skew."""
        own = self.settings(dataset)
        about = all_datasets()[family_of(dataset)]
        if own.languages is not None:
            return about.skew_in(own.languages)
        return about.skew if own.skew is None else own.skew

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
    raw = read_yaml(text, where=path.name)
    if not isinstance(raw, Mapping) or "name" in raw:
        raise CompanionError(f"{path.name}: expected the fields of a profile, without a name")
    profile = build(Profile, {**raw, "name": path.stem}, where=path.name)
    for family, sizes in profile.datasets.items():
        where = f"{path.name}: datasets: {family}"
        check_choice(f"data set in {path.name}:", family, all_datasets())
        _check_languages(sizes, all_datasets()[family], where=where)
        build(Recipe, {**raw["recipe"], **sizes.recipe}, where=f"{where}: recipe")
        seeds, mie_seeds = profile.seeds_of(family), profile.seeds_of(family, mie=True)
        _check_seeds(sizes, set(seeds), set(mie_seeds), where=where)
        explained = profile.shap_texts(family)
        if None not in (explained, sizes.test) and explained > sizes.test:  # type: ignore[operator]
            raise CompanionError(
                f"{where}: {explained} texts are to be explained, and its test set has {sizes.test}"
            )
    own = profile.datasets.values()
    all_seeds = set(profile.seeds).union(*(each.seeds or () for each in own))
    all_mie_seeds = set(profile.mie_seeds).union(*(each.mie_seeds or () for each in own))
    _check_seeds(profile, all_seeds, all_mie_seeds, where=path.name)
    _check_list("models", profile.models, where=path.name)
    _check_list("matrix", profile.matrix, where=path.name)
    _check_list("setups", profile.setups, where=path.name)
    _check_list("mie_setups", profile.mie_setups, where=path.name, empty=True)
    for setup in (*profile.setups, *profile.mie_setups):
        check_choice(f"setup in {path.name}", setup, SETUPS)
    try:
        for model in profile.models:
            check_model(model)
        for dataset in profile.matrix:
            profile.settings(dataset)
    except CompanionError as error:
        raise CompanionError(f"{path.name}: {error}") from error
    if (profile.hub is not None) != (profile.name == _HUB_PROFILE):
        raise CompanionError(f"{path.name}: the field 'hub' belongs in {_HUB_PROFILE}.yaml alone")
    return profile


def _check_list(name: str, values: Sequence[object], *, where: str, empty: bool = False) -> None:
    """Refuse a list that says a thing twice, or nothing."""
    if not values and not empty:
        raise CompanionError(f"{where}: {name} is empty: give one at least")
    for value in values:
        if values.count(value) > 1:
            raise CompanionError(f"{where}: {name} has {value!r} twice: give each once")


def _check_seeds(
    settings: "Profile | DatasetSettings", seeds: set[int], mie_seeds: set[int], *, where: str
) -> None:
    """Refuse seeds that are given twice, the null of what is no seed, and of a seed itself."""
    if settings.seeds is not None:
        _check_list("seeds", settings.seeds, where=where)
    _check_list("mie_seeds", settings.mie_seeds or (), where=where, empty=True)
    for stage, limited in (settings.stage_seeds or {}).items():
        _check_list(f"stage_seeds: {stage}", limited, where=where, empty=True)
    for name, known in (("nulls", seeds), ("mie_nulls", mie_seeds)):
        for seed, other in (getattr(settings, name) or {}).items():
            if seed == other:
                raise CompanionError(f"{where}: {name}: {seed} is its own null: give another seed")
            check_choice(f"seed in {where}: {name}:", seed, sorted(known))


def _check_languages(settings: DatasetSettings, about: Dataset, *, where: str) -> None:
    """Refuse languages or weights that no skewed subset can be drawn with."""
    if settings.languages is not None and settings.skew is not None:
        raise CompanionError(f"{where}: give languages or a skew, not both")
    if settings.as_is and (settings.skew is not None or about.weights):
        raise CompanionError(
            f"{where}: as_is: give it without a skew, for a data set that has none of its own"
        )
    if settings.languages is not None and not about.weights:
        raise CompanionError(f"{where}: languages without weights: give a skew")
    if settings.languages == ():
        raise CompanionError(f"{where}: languages is empty: give two or more, or null")
    if settings.skew is not None:
        _check_list("skew", tuple(settings.skew), where=where)
    named = tuple(settings.skew or settings.languages or about.languages)
    if about.weights and (len(named) < 2 or len(set(named)) < len(named)):
        raise CompanionError(f"{where}: languages {', '.join(named)}: give two or more, once each")
    for language in named:
        if not _LANGUAGE.fullmatch(language):
            raise CompanionError(
                f"{where}: language {language!r}: give letters, digits, - and _, since folders are "
                "named after it"
            )


def load_profile(name: str) -> Profile:
    """Read ``configs/<name>.yaml``.

    Raises
    ------
    CompanionError
        If there is no such profile, or a field of it is unknown, missing, of the wrong type or out
        of range.
    """
    names = profile_names()
    if not names:
        raise CompanionError(
            f"{paths.configs_dir()} holds no profile: set {paths.ROOT_VARIABLE} to a checkout, or "
            "not at all"
        )
    check_choice("profile", name, names)
    path = paths.configs_dir() / f"{name}.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CompanionError(f"{path} cannot be read: {one_line(error)}") from error
    return _parse_profile(path, text)


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
