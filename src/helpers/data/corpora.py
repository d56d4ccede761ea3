"""The corpora: every data set in one schema, with splits that share no group.

==================  ==============================================================  ============
family              texts                                                           from
==================  ==============================================================  ============
``amazon_reviews``  reviews with one to five stars, six languages (paper)           hub, folder
``xnli``            premise and hypothesis, French and English (paper)              hub, folder
``multiemo``        sentences of reviews, annotated for sentiment, six languages    offline
``multiemo_pairs``  pairs of those: which is more positive? French and English      offline
``custom``          your own                                                        folder
==================  ==============================================================  ============

Columns of a split: ``id``; ``group``, shared by translations, equal texts and equal premises;
``language``; ``label``, a code in label order; ``text``; ``text_pair``, empty for single texts.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from helpers.data.custom_corpus import custom_files, load_custom
from helpers.data.external_texts import external_fingerprint, load_external_texts
from helpers.data.families import FAMILY_FACTS, Family
from helpers.data.folders import (
    FOLDER_COLUMNS,
    FULL_ROWS,
    count_rows,
    data_card,
    folder_fingerprint,
    own_name,
    read_folder,
    split_files,
)
from helpers.data.grouping import SPLITS, check_not_empty, connected_groups, keep_apart
from helpers.data.hub_tables import load_hub_tables
from helpers.data.offline_assets import ASSETS
from helpers.data.offline_corpora import load_multiemo, load_multiemo_pairs
from helpers.data.tables import Tables, to_schema
from helpers.foundation.errors import CompanionError
from helpers.foundation.hub import HubTable
from helpers.foundation.names import FAMILIES, check_choice, family_of
from helpers.foundation.profiles import hub_settings
from helpers.foundation.store import fingerprint

__all__ = [
    "Corpus",
    "external_fingerprint",
    "load_corpus",
    "load_external_texts",
    "resolve_name",
    "source_fingerprint",
]

VERSION = 1  # raise it when the rows, groups or splits of a corpus change
COLUMNS = ("id", "group", "language", "label", "text", "text_pair")

Sources = Mapping[str, Path]


@dataclass(frozen=True, eq=False, kw_only=True)
class Corpus:
    """A data set: three splits in one schema, and what is known of it.

    Parameters
    ----------
    name : str
        The family, or for a local source its own name: ``xnli_7500``.
    family : str
        A key of ``FAMILIES``.
    languages, labels : tuple of str
        Labels are in the order of their codes.
    is_pair : bool
        Whether ``text_pair`` is used.
    skew : mapping of str to tuple of float
        For each language a weight for each label (Table 1); empty where none is known.
    train, validation, test : DataFrame
        Columns as in the module's head; no group is in two splits.
    fingerprint : str
        As `source_fingerprint`.
    source : str
        Where the rows come from, in one line.
    licence : str
        Of the texts.
    dropped : mapping of str to int
        Rows left out: ``empty text``, and by split those whose group is in a later split too.
    """

    name: str
    family: str
    languages: tuple[str, ...]
    labels: tuple[str, ...]
    is_pair: bool
    skew: Mapping[str, Sequence[float]]
    train: pd.DataFrame
    validation: pd.DataFrame
    test: pd.DataFrame
    fingerprint: str
    source: str
    licence: str
    dropped: Mapping[str, int] = field(default_factory=dict)


def load_corpus(dataset: str, *, sources: Sources | None = None) -> Corpus:
    """Load a data set.

    Parameters
    ----------
    dataset : str
        A family, or the name of the local source given for it.
    sources : mapping of str to Path, optional
        Family to a local folder in the layout of its hub repository.

    Returns
    -------
    Corpus
        Three splits that share no group.

    Raises
    ------
    CompanionError
        If the name is unknown, a folder, file, column or label is missing or unknown, or neither
        hub nor cache has the data.
    """
    name, folder = _resolve(dataset, sources)
    family = family_of(name)
    if family == "custom":
        assert folder is not None
        return _custom(name, folder)
    about = FAMILY_FACTS[family]
    if family == "multiemo":
        splits, dropped = load_multiemo()
        source = f"{ASSETS['reviews'].source}, in {ASSETS['reviews'].package}"
    elif family == "multiemo_pairs":
        splits, dropped = load_multiemo_pairs()
        source = f"{ASSETS['reviews'].source}, paired, in {ASSETS['reviews'].package}"
    else:
        if folder is not None:
            tables = read_folder(folder, about.languages, FOLDER_COLUMNS[family])
            source = f"local folder '{folder.name}'"
        else:
            tables, source = load_hub_tables(family, about.languages, _hub_tables(family))
        splits, dropped = _labelled(family, tables, about)
    return Corpus(
        name=name,
        family=family,
        languages=about.languages,
        labels=about.labels,
        is_pair=about.is_pair,
        skew=about.skew,
        **{split: rows[list(COLUMNS)] for split, rows in splits.items()},
        fingerprint=source_fingerprint(name, sources=sources),
        source=source,
        licence=_licence(folder, about.licence),
        dropped=MappingProxyType(dropped),
    )


def source_fingerprint(dataset: str, *, sources: Sources | None = None) -> str:
    """Return a checksum of what a data set is made from, without loading its rows.

    Parameters
    ----------
    dataset : str
        As `load_corpus`.
    sources : mapping of str to Path, optional
        As `load_corpus`.

    Returns
    -------
    str
        From pinned checksums for the offline texts, from the files' bytes for a folder, from
        repositories and revisions for the hub; and from the version of this module.

    Raises
    ------
    CompanionError
        As `load_corpus`.
    """
    name, folder = _resolve(dataset, sources)
    family = family_of(name)
    if folder is not None:
        data: object = folder_fingerprint(_files(family, folder), root=folder)
    elif family in FULL_ROWS:
        data = [str(table) for table in _hub_tables(family)]
    else:
        data = [member.sha256 for member in ASSETS["reviews"].members]
    return fingerprint(family=family, version=VERSION, data=data)


def resolve_name(family: str, sources: Sources | None = None) -> str:
    """Return the name that a family's data has everywhere, results folder included.

    Parameters
    ----------
    family : str
        A key of ``FAMILIES``.
    sources : mapping of str to Path, optional
        Family to a local folder.

    Returns
    -------
    str
        The family, unless its rows come from a folder that is not the hub's full data set: then
        ``<family>_<name>``, after the data card's ``pretty_name`` or the folder.

    Raises
    ------
    CompanionError
        If the family takes no folder or needs one, or the folder or a file is not there.

    Examples
    --------
    >>> resolve_name("multiemo")
    'multiemo'
    """
    folder = _folder(family, sources)
    if folder is None:
        return family
    if family in FULL_ROWS and all(
        sum(map(count_rows, split_files(folder, language, split))) == rows
        for split, rows in FULL_ROWS[family].items()
        for language in FAMILY_FACTS[family].languages
    ):
        return family
    return own_name(folder, family)


def _resolve(dataset: str, sources: Sources | None) -> tuple[str, Path | None]:
    """Return a data set's full name and its folder, if it comes from one."""
    family = family_of(dataset)
    name = resolve_name(family, sources)
    if dataset not in (family, name):
        given = f"the folder given for {family} is {name}" if name != family else "none is given"
        raise CompanionError(
            f"dataset '{dataset}' is a local source: give its folder with "
            f"--source {family}=FOLDER ({given})"
        )
    return name, _folder(family, sources)


def _folder(family: str, sources: Sources | None) -> Path | None:
    """Return the folder that is given for a family, checked."""
    check_choice("dataset", family, FAMILIES)
    given = (sources or {}).get(family)
    if given is None:
        if family == "custom":
            raise CompanionError("dataset 'custom' needs a folder: --source custom=FOLDER")
        return None
    if family not in FULL_ROWS and family != "custom":
        raise CompanionError(
            f"dataset '{family}' is read from the offline assets and takes no --source; "
            f"{', '.join([*FULL_ROWS, 'custom'])} do"
        )
    folder = Path(given).expanduser()
    if not folder.is_dir():
        raise CompanionError(f"the source of {family}, {folder}, is not a folder")
    return folder


def _hub_tables(family: str) -> tuple[HubTable, ...]:
    """Return the repositories that a family can come from."""
    tables = hub_settings().datasets.get(family, ())
    if not tables:
        raise CompanionError(f"configs/paper.yaml: hub: datasets has no repository of {family!r}")
    return tables


def _files(family: str, folder: Path) -> list[Path]:
    if family == "custom":
        return list(custom_files(folder).values())
    return [
        path
        for split in SPLITS
        for language in FAMILY_FACTS[family].languages
        for path in split_files(folder, language, split)
    ]


def _licence(folder: Path | None, default: str) -> str:
    """Return the licence that a folder's data card names, else that of the family."""
    return str(data_card(folder).get("license", default)) if folder else default


def _labelled(
    family: str, tables: Tables, about: Family
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Bring the official splits into the schema, group their rows, keep the splits apart."""
    splits, dropped = to_schema(tables, about.labels)
    _check_translated(family, splits)
    if about.is_pair:
        _check_parallel(family, tables)
    rows = pd.concat([frame.assign(split=split) for split, frame in splits.items()])
    source_row = rows["split"] + "-" + rows["row"].astype(str)
    if about.is_pair:
        # Translations of a pair, and pairs with the same premise, belong together.
        first = connected_groups(source_row, rows["text"])
        rows["group"] = source_row.to_numpy()[first]
    else:
        first = connected_groups(rows["text"])
        rows["group"] = rows["id"].to_numpy()[first]
    splits = {str(split): frame for split, frame in rows.groupby("split", sort=False)}
    kept, crossing = keep_apart(splits)
    check_not_empty(kept, crossing)
    return kept, dropped | crossing


def _check_translated(family: str, splits: Mapping[str, pd.DataFrame]) -> None:
    """Refuse two languages with the same rows: one of them is a copy under a wrong name."""
    for split, rows in splits.items():
        texts = {
            str(language): frame[["text", "text_pair"]].to_numpy().tolist()
            for language, frame in rows.groupby("language", sort=False)
        }
        for one, other in itertools.combinations(texts, 2):
            if texts[one] == texts[other]:
                raise CompanionError(
                    f"{family}: {one}/{split} and {other}/{split} hold the same texts: one of them "
                    "is a copy of the other"
                )


def _check_parallel(family: str, tables: Tables) -> None:
    """Refuse pairs whose rows cannot be translations of each other in the same order."""
    for split in SPLITS:
        of_split = {
            language: table[columns.label].tolist()
            for (name, language), (table, columns) in tables.items()
            if name == split
        }
        first, *others = of_split
        for other in others:
            pairs = zip(of_split[first], of_split[other], strict=False)
            unequal = [row for row, (one, two) in enumerate(pairs, start=1) if one != two]
            if unequal:
                what = f"the label of row {unequal[0]}"
            elif len(of_split[first]) != len(of_split[other]):
                what = f"length ({len(of_split[first])} and {len(of_split[other])} rows)"
            else:
                continue
            raise CompanionError(
                f"{family}: {first}/{split} and {other}/{split} differ in {what}; the rows must be "
                "translations of each other, in the same order"
            )


def _custom(name: str, folder: Path) -> Corpus:
    splits, labels, languages, dropped = load_custom(folder)
    return Corpus(
        name=name,
        family="custom",
        languages=languages,
        labels=labels,
        is_pair=bool((splits["train"]["text_pair"] != "").any()),
        skew=MappingProxyType({}),
        **{split: rows[list(COLUMNS)] for split, rows in splits.items()},
        fingerprint=source_fingerprint(name, sources={"custom": folder}),
        source=f"local folder '{folder.name}'",
        licence=_licence(folder, "not stated"),
        dropped=MappingProxyType(dropped),
    )
