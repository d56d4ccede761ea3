"""The corpora: every data set in one schema, with splits that share no group.

What data sets there are, their records say: a file each in ``helpers/data/datasets/``.

Columns of a split: ``id``; ``group``, shared by translations, equal texts and equal premises;
``language``; ``label``, a code in label order; ``text``; ``text_pair``, empty for single texts.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from helpers.data.folders import (
    data_card,
    folder_fingerprint,
    is_full,
    own_name,
    read_folder,
    split_files,
)
from helpers.data.grouping import SPLITS, check_not_empty, connected_groups, keep_apart
from helpers.data.hub_tables import load_hub_tables
from helpers.data.tables import Rows, Tables, to_schema
from helpers.foundation.datasets import Dataset, Skew, all_datasets
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import check_choice, family_of
from helpers.foundation.store import fingerprint

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
        A key of `helpers.foundation.datasets.all_datasets`.
    languages, labels : tuple of str
        Labels are in the order of their codes.
    is_pair : bool
        Whether ``text_pair`` is used.
    skew : mapping of str to tuple of float
        For each language a weight for each label (Table 1); empty where none is known.
    train, validation, test : DataFrame
        Columns as in the module's head; no group is in two splits.
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
    skew: Skew
    train: pd.DataFrame
    validation: pd.DataFrame
    test: pd.DataFrame
    source: str
    licence: str
    dropped: Mapping[str, int] = field(default_factory=dict)


def load_corpus(
    dataset: str, *, sources: Sources | None = None, skew: Skew | None = None
) -> Corpus:
    """Load a data set.

    Parameters
    ----------
    dataset : str
        A family, or the name of the local source given for it.
    sources : mapping of str to Path, optional
        Family to a local folder in the layout of its hub repository.
    skew : mapping of str to tuple of float, optional
        The languages to load, and for each a weight for each label; by default those of the
        data set's record, or all the languages that its files say, with no skew.

    Returns
    -------
    Corpus
        Three splits that share no group.

    Raises
    ------
    CompanionError
        If the name is unknown, a folder, file, column, language or label is missing or unknown, or
        neither hub nor cache has the data.
    """
    name, folder = _resolve(dataset, sources)
    about = all_datasets()[family_of(name)]
    chosen = about.skew if skew is None else skew
    if about.labels:
        _check_skew(name, chosen, about.labels, about.languages if about.read else ())
    rows = about.read(folder) if about.read else _read_tables(about, folder, tuple(chosen))
    if not about.labels:
        _check_skew(name, chosen, rows.labels, rows.languages)
    languages = tuple(chosen) or rows.languages
    if not about.labels:
        _check_own(name, rows, languages)
    return Corpus(
        name=name,
        family=about.name,
        languages=languages,
        labels=about.labels or rows.labels,
        is_pair=about.is_pair if rows.is_pair is None else rows.is_pair,
        skew=MappingProxyType(dict(chosen)),
        **{
            split: frame.loc[frame["language"].isin(languages), list(COLUMNS)]
            for split, frame in rows.splits.items()
        },
        source=rows.source,
        licence=str(data_card(folder).get("license", about.licence)) if folder else about.licence,
        dropped=MappingProxyType(dict(rows.dropped)),
    )


def _check_skew(name: str, skew: Skew, labels: tuple[str, ...], languages: tuple[str, ...]) -> None:
    """Refuse a skew that does not fit the labels, or names languages that the rows lack."""
    for language, weights in skew.items():
        if languages:
            check_choice(f"language of {name}", language, languages)
        if len(weights) != len(labels):
            raise CompanionError(
                f"dataset {name!r} has {len(labels)} labels ({', '.join(labels)}), but its skew "
                f"gives language {language!r} {len(weights)} weights"
            )


def _check_own(name: str, rows: Rows, languages: tuple[str, ...]) -> None:
    """Refuse rows of a reader's own of which nothing can be learned, or that are copies."""
    for what, found in (("language", languages), ("label", rows.labels)):
        if len(found) < 2:
            raise CompanionError(
                f"dataset {name!r} has the one {what} {', '.join(found)!r}, and two are needed"
            )
    _check_translated(name, rows.splits)


def _read_tables(about: Dataset, folder: Path | None, languages: tuple[str, ...]) -> Rows:
    """Read a data set from a folder, or from the hub."""
    if folder is not None:
        tables = read_folder(folder, languages, about.columns)
        source = f"local folder '{folder.name}'"
    else:
        tables, source = load_hub_tables(about.name, languages, about.hub)
    splits, dropped = _labelled(about, tables)
    return Rows(splits=splits, dropped=dropped, source=source)


def source_fingerprint(
    dataset: str, *, sources: Sources | None = None, skew: Skew | None = None
) -> str:
    """Return a checksum of what a data set is made from, without loading its rows.

    Parameters
    ----------
    dataset, sources, skew
        As `load_corpus`.

    Returns
    -------
    str
        From pinned checksums for the offline texts, from the files' bytes for a folder, from
        repositories and revisions for the hub; from the version of this module; and from the skew
        where it is not the record's own.

    Raises
    ------
    CompanionError
        As `load_corpus`.
    """
    name, folder = _resolve(dataset, sources)
    about = all_datasets()[family_of(name)]
    own = {} if skew is None or skew == about.skew else {"skew": [*skew.items()]}
    if folder is not None:
        files = _files(about, folder, tuple(about.skew if skew is None else skew))
        data: object = folder_fingerprint(files, root=folder)
    elif about.made_from is not None:
        data = about.made_from()
    else:
        data = [str(table) for table in about.hub]
    return fingerprint(family=about.name, version=VERSION, data=data, **own)


def resolve_name(family: str, sources: Sources | None = None) -> str:
    """Return the name that a family's data has everywhere, results folder included.

    Parameters
    ----------
    family : str
        A key of `helpers.foundation.datasets.all_datasets`.
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
    return family if is_full(folder, all_datasets()[family]) else own_name(folder, family)


def full_name(dataset: str, sources: Sources | None = None) -> str:
    """Return the name that a data set has everywhere, which a local source of it may change.

    Parameters
    ----------
    dataset : str
        A family, or the name of a local source of one.
    sources : mapping of str to Path, optional
        Family to a local folder.
    """
    family = family_of(dataset)
    return resolve_name(family, sources) if family in (sources or {}) else dataset


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
    datasets = all_datasets()
    check_choice("dataset", family, datasets)
    given = (sources or {}).get(family)
    if given is None:
        if datasets[family].needs_folder:
            raise CompanionError(f"dataset '{family}' needs a folder: --source {family}=FOLDER")
        return None
    if not datasets[family].takes_folder:
        others = ", ".join(about.name for about in datasets.values() if about.takes_folder)
        raise CompanionError(
            f"dataset '{family}' is read from the offline assets and takes no --source; {others} do"
        )
    folder = Path(given).expanduser()
    if not folder.is_dir():
        raise CompanionError(f"the source of {family}, {folder}, is not a folder")
    return folder


def _files(about: Dataset, folder: Path, languages: tuple[str, ...]) -> list[Path]:
    if about.files is not None:
        return about.files(folder)
    return [
        path
        for split in SPLITS
        for language in languages
        for path in split_files(folder, language, split)
    ]


def _labelled(about: Dataset, tables: Tables) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Bring the official splits into the schema, group their rows, keep the splits apart."""
    splits, dropped = to_schema(tables, about.labels)
    _check_translated(about.name, splits)
    if about.parallel:
        _check_parallel(about.name, tables)
    rows = pd.concat([frame.assign(split=split) for split, frame in splits.items()])
    source_row = rows["split"] + "-" + rows["row"].astype(str)
    if about.parallel:
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
