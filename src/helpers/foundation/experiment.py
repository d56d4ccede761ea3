"""What is run: one experiment, and the profile that gives its sizes.

An `Experiment` is one fine-tuned model and all that is measured on it. It knows its folder::

    results/<profile>/<model>/<dataset>/<setup>[+<variant>]/seed<k>/

A `Profile` is one file in ``configs/``: every size and every hyperparameter.
"""

import dataclasses
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml

from helpers.foundation import paths
from helpers.foundation.errors import CompanionError
from helpers.foundation.hub import Hub

SETUPS: Mapping[str, str] = types.MappingProxyType(
    {
        "balanced": "Balanced",
        "imbalanced": "Imbalanced",
        "imbalanced_cw": "Imbalanced + class weights",
    }
)
MODELS: Mapping[str, str] = types.MappingProxyType(
    {"mbert": "mBERT", "xlmr": "XLM-R", "e5_small": "multilingual-e5-small"}
)
FAMILIES: Mapping[str, str] = types.MappingProxyType(
    {
        "amazon_reviews": "Amazon reviews",
        "xnli": "XNLI",
        "multiemo": "MultiEmo",
        "multiemo_pairs": "MultiEmo pairs",
        "custom": "Custom data set",
    }
)
# The stages that leave result files, in their order. `helpers.stages` runs them; the others leave
# files that are too large, or hold text, and are made when one of these asks.
RESULT_STAGES = (
    "subsets",
    "predictions",
    "language_identification",
    "shap_difference",
    "shap_examples",
)
PUBLISHED_PROFILE = "embedded"
_HUB_PROFILE = "paper"

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_SOURCE_NAME = re.compile(r"[a-z0-9_]+")


def _one_of(what: str, value: object, allowed: typing.Iterable[object]) -> None:
    allowed = list(allowed)
    if value not in allowed:
        listed = ", ".join(str(item) for item in allowed)
        raise CompanionError(f"unknown {what} {value!r}: choose one of {listed}")


def family_of(dataset: str) -> str:
    """Return the family (labels, languages, columns) of a data set's name.

    A local source that is not the hub's full data set is named ``<family>_<its own name>``.

    Raises
    ------
    CompanionError
        If the name belongs to no family.

    Examples
    --------
    >>> family_of("multiemo_pairs"), family_of("xnli_7500")
    ('multiemo_pairs', 'xnli')
    """
    for family in sorted(FAMILIES, key=len, reverse=True):
        if dataset == family:
            return family
        own_name = dataset.removeprefix(f"{family}_")
        if own_name != dataset and _SOURCE_NAME.fullmatch(own_name) and family != "multiemo":
            return family
    raise CompanionError(
        f"unknown dataset {dataset!r}: choose one of {', '.join(FAMILIES)}, "
        "or the name of a local source of one of them, such as xnli_7500"
    )


def check_model(model: str) -> None:
    """Refuse what is neither a short name, nor a folder, nor ``owner/name`` on the hub.

    Raises
    ------
    CompanionError
        If the model's name is none of these.
    """
    if model in MODELS or _HUB_ID.fullmatch(model) or Path(model).expanduser().is_dir():
        return
    raise CompanionError(
        f"unknown model {model!r}: choose one of {', '.join(MODELS)}, the path of an existing "
        "folder, or owner/name on the Hugging Face hub"
    )


# --- variants: all that an experiment changes in its profile --------------------------------


@dataclass(frozen=True, kw_only=True)
class Variant:
    """All that an experiment changes in its profile.

    Parameters
    ----------
    mie : bool
        Train with masked input entropy (paper, eq. 3).
    recipe : {"paper", "authors_code"}
        Follow the paper's text, or the authors' code where the two differ.
    severity : float
        Skew of the imbalanced subset: 0 is balanced, 1 the paper's skew.
    layers : int or None
        Keep only the first layers of the encoder.
    """

    mie: bool = False
    recipe: Literal["paper", "authors_code"] = "paper"
    severity: float = 1.0
    layers: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Variant":
        """Read ``key=value,key=value``; the empty string is the profile itself.

        Raises
        ------
        CompanionError
            If a key or a value is not allowed; the message lists what is.

        Examples
        --------
        >>> Variant.parse("severity=0.5,mie=1")
        Variant(mie=True, recipe='paper', severity=0.5, layers=None)
        >>> str(Variant.parse("severity=0.5,mie=1"))
        'mie=1,severity=0.5'
        """
        values: dict[str, Any] = {}
        for item in filter(None, text.split(",")):
            key, equals, value = item.partition("=")
            if not equals or key in values:
                raise CompanionError(
                    f"variant {text!r}: {item!r} is not a new key=value pair; "
                    "an example is mie=1,severity=0.5"
                )
            values[key] = _VARIANT_PARSERS.get(key, _unknown_variant_key)(key, value)
        return cls(**values)

    def __str__(self) -> str:
        """Return the sorted ``key=value`` list of what differs from the profile."""
        parts = []
        for item in sorted(dataclasses.fields(self), key=lambda item: item.name):
            value = getattr(self, item.name)
            if value != item.default:
                parts.append(f"{item.name}={int(value) if value is True else value}")
        return ",".join(parts)


def _unknown_variant_key(key: str, _: str) -> typing.NoReturn:
    raise CompanionError(
        f"unknown variant key {key!r}: choose among {', '.join(sorted(_VARIANT_PARSERS))}"
    )


def _parse_mie(key: str, value: str) -> bool:
    _one_of(f"value of variant {key}", value, ["0", "1"])
    return value == "1"


def _parse_recipe(key: str, value: str) -> str:
    _one_of(f"value of variant {key}", value, ["paper", "authors_code"])
    return value


def _parse_severity(key: str, value: str) -> float:
    try:
        severity = float(value)
    except ValueError:
        severity = -1.0
    if not 0 <= severity <= 2:
        raise CompanionError(f"variant {key}={value!r}: give a number from 0 to 2")
    return severity


def _parse_layers(key: str, value: str) -> int:
    if not value.isdigit() or int(value) < 1:
        raise CompanionError(f"variant {key}={value!r}: give a whole number of at least 1")
    return int(value)


_VARIANT_PARSERS: Mapping[str, typing.Callable[[str, str], Any]] = types.MappingProxyType(
    {
        "mie": _parse_mie,
        "recipe": _parse_recipe,
        "severity": _parse_severity,
        "layers": _parse_layers,
    }
)


# --- profiles: sizes and hyperparameters ----------------------------------------------------


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

    ``shap_texts`` is how many of its test texts are explained; null: as many as the profile says.
    """

    train: int | None = None
    validation: int | None = None
    test: int | None = None
    shap_texts: int | None = None
    rule: Literal["paper", "authors_code"] = "paper"
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
    every family that can be run. ``null_seed`` adds one balanced model: the SHAP difference
    between two balanced models is the null of Figure 1. ``mie_seeds`` and ``mie_setups`` say
    which experiments are repeated with masked input entropy. ``hub`` says where models and texts
    are fetched from; ``paper.yaml`` has it, for every profile.
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
    null_seed: int | None = None
    mie_seeds: tuple[int, ...] = ()
    mie_setups: tuple[str, ...] = ("balanced", "imbalanced")
    hub: Hub | None = None

    def settings(self, dataset: str) -> DatasetSettings:
        """Return the settings of a data set's family.

        Raises
        ------
        CompanionError
            If the profile has none.
        """
        family = family_of(dataset)
        if family not in self.datasets:
            raise CompanionError(
                f"profile {self.name!r} has no settings for dataset {dataset!r}: "
                f"it has {', '.join(self.datasets)}"
            )
        return self.datasets[family]

    def shap_texts(self, dataset: str) -> int | None:
        """Return how many of a data set's test texts are explained; None: all."""
        own = self.settings(dataset).shap_texts
        return self.shap.texts if own is None else own

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
    for setup in profile.mie_setups:
        _one_of(f"setup in {path.name}", setup, SETUPS)
    if (profile.hub is not None) != (profile.name == _HUB_PROFILE):
        raise CompanionError(f"{path.name}: the field 'hub' belongs in {_HUB_PROFILE}.yaml alone")
    return profile


def load_profile(name: str) -> Profile:
    """Read ``configs/<name>.yaml``.

    Raises
    ------
    CompanionError
        If there is no such profile, or a field of it is unknown, missing or of the wrong type.
    """
    _one_of("profile", name, profile_names())
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
        _one_of(f"field in {where}:", key, fields)
    values = {}
    for name, item in fields.items():
        if name in raw:
            values[name] = _convert(hints[name], raw[name], where=f"{where}: {name}")
        elif item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
            raise CompanionError(f"{where}: the field {name!r} is missing")
    if cls is DatasetSettings:
        for key in values.get("recipe", {}):
            _one_of(f"field in {where}: recipe:", key, Recipe.__dataclass_fields__)
    return cls(**values)


def _convert(hint: Any, value: Any, *, where: str) -> Any:
    """Return ``value`` as the type that ``hint`` names, or refuse it."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return _build(typing.cast(type, hint), value, where=where)
    if origin is Literal:
        _one_of(f"value of {where}:", value, arguments)
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


# --- the experiment -------------------------------------------------------------------------


@dataclass(frozen=True)
class Experiment:
    """One fine-tuned model and all that is measured on it.

    Parameters
    ----------
    model : str
        ``mbert``, ``xlmr``, ``e5_small``, an existing folder, or ``owner/name`` on the hub.
    dataset : str
        A family of data sets, or the name of a local source of one (``xnli_7500``).
    setup : {"balanced", "imbalanced", "imbalanced_cw"}
        The training subset, and whether the loss has per-language class weights (eq. 2).
    seed : int
        Changes the training sample, the head, dropout and the order; shared by the setups.
    profile : str
        A file in ``configs/``.
    variant : str
        What differs from the profile, as ``key=value,…``; kept sorted.

    Raises
    ------
    CompanionError
        If a field's value is not allowed; the message lists the allowed values.
    """

    model: str
    dataset: str
    setup: str
    seed: int = 0
    profile: str = "quick"
    variant: str = ""

    def __post_init__(self) -> None:
        check_model(self.model)
        family_of(self.dataset)
        _one_of("setup", self.setup, SETUPS)
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise CompanionError(f"seed {self.seed!r}: give a whole number of at least 0")
        load_profile(self.profile).settings(self.dataset)
        object.__setattr__(self, "variant", str(Variant.parse(self.variant)))

    @property
    def options(self) -> Variant:
        """The variant as typed values."""
        return Variant.parse(self.variant)

    @property
    def settings(self) -> Profile:
        """The profile, read."""
        return load_profile(self.profile)

    @property
    def recipe(self) -> Recipe:
        """How this experiment's model is fine-tuned."""
        return self.settings.recipe_for(self.dataset, self.options)

    @property
    def relative_folder(self) -> Path:
        """The experiment's place below ``results/`` and ``checkpoints/``."""
        model = self.model
        if model not in MODELS:
            model = re.sub(r"[^\w.-]+", "--", model.strip("/"))
        setup = f"{self.setup}+{self.variant}" if self.variant else self.setup
        return Path(self.profile, model, self.dataset, setup, f"seed{self.seed}")

    @property
    def folder(self) -> Path:
        """The folder of the experiment's result files."""
        return paths.results_dir() / self.relative_folder

    @property
    def checkpoint(self) -> Path:
        """The folder of the experiment's fine-tuned model."""
        return paths.checkpoints_dir() / self.relative_folder

    def replace(self, **changes: Any) -> "Experiment":
        """Return the same experiment with some fields changed."""
        return dataclasses.replace(self, **changes)

    def __str__(self) -> str:
        """Return the experiment's name for progress bars and messages."""
        return "/".join(self.relative_folder.parts)


def setup_label(setup: str) -> str:
    """Return a setup's name for tables and figures."""
    _one_of("setup", setup, SETUPS)
    return SETUPS[setup]


def dataset_label(dataset: str) -> str:
    """Return a data set's name for tables and figures.

    Examples
    --------
    >>> dataset_label("multiemo"), dataset_label("xnli_7500")
    ('MultiEmo', 'XNLI-7500')
    """
    family = family_of(dataset)
    own_name = dataset.removeprefix(family).strip("_").replace("_", "-")
    return f"{FAMILIES[family]}-{own_name}" if own_name else FAMILIES[family]


def model_label(model: str) -> str:
    """Return a model's name for tables and figures."""
    return MODELS.get(model, Path(model).name)
