"""Names of setups, models, data sets and notebooks, and what they are called for a reader."""

import contextlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from helpers.foundation.datasets import all_datasets
from helpers.foundation.errors import CompanionError
from helpers.foundation.folders import HUB_ID
from helpers.foundation.folders import MODELS as MODELS
from helpers.foundation.setups import all_setups

SETUPS: tuple[str, ...] = tuple(all_setups())
FAMILIES: Mapping[str, str] = MappingProxyType(
    {name: about.title for name, about in all_datasets().items()}
)
# Characters of a language's or a label's name; what is longer is a text.
LONGEST: Mapping[str, int] = MappingProxyType({"language": 40, "label": 200})


class Place(NamedTuple):
    """Where results stand: a data set and a model, of which the book has a part."""

    dataset: str
    model: str


_SOURCE_NAME = re.compile(r"[a-z0-9_]+")


def check_choice(what: str, value: object, allowed: Iterable[object]) -> None:
    """Refuse a value that is not among the allowed ones.

    Raises
    ------
    CompanionError
        Naming what it is, the value, and what is allowed.
    """
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
    for family, about in sorted(all_datasets().items(), key=lambda item: -len(item[0])):
        if dataset == family:
            return family
        own_name = dataset.removeprefix(f"{family}_")
        if own_name != dataset and _SOURCE_NAME.fullmatch(own_name) and about.takes_folder:
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
    if model in MODELS or HUB_ID.fullmatch(model):
        return
    # No name at all would be the working directory, and a home folder may be unknown.
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        if model.strip() and Path(model).expanduser().is_dir():
            return
    raise CompanionError(
        f"unknown model {model!r}: choose one of {', '.join(MODELS)}, the path of an existing "
        "folder, or owner/name on the Hugging Face hub"
    )


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


# --- notebooks ------------------------------------------------------------------------------


def section_number(stem: str) -> str:
    """Return the section that a notebook is about: the paper's, or a question's.

    Raises
    ------
    CompanionError
        If the name is not ``<section>_<topic>``.

    Examples
    --------
    >>> section_number("04_2_language_identification"), section_number("Q_6_severity")
    ('4.2', 'Q.6')
    """
    return _parts_of(stem)[0]


def section_title(stem: str) -> str:
    """Return a notebook's short title for the table of contents.

    Examples
    --------
    >>> section_title("04_2_language_identification"), section_title("A_3_base_values")
    ('4.2 Language identification', 'A.3 Base values')
    """
    section, topic = _parts_of(stem)
    topic = topic.replace("_", " ").capitalize()
    return f"{section} {topic.replace('Shap', 'SHAP').replace('Fine t', 'Fine-t')}"


def _parts_of(stem: str) -> tuple[str, str]:
    match = re.fullmatch(r"(\w+?)_(?:(\d+)_)?([a-z].*)", stem)
    if match is None:
        raise CompanionError(f"notebook {stem!r}: name it <section>_<topic>, such as 04_1_accuracy")
    return ".".join(filter(None, (match[1].lstrip("0"), match[2]))), match[3]
