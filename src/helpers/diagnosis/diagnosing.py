"""The diagnosis, step by step: read, count, measure, say what it means."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.diagnosis import detected, findings, remedies
from helpers.diagnosis.association import associate
from helpers.diagnosis.columns import recognise
from helpers.diagnosis.counting import Counted, count
from helpers.diagnosis.record import Diagnosis, Reference
from helpers.diagnosis.severity import LEVELS, Status, severity, status_of
from helpers.diagnosis.sources import Data, SeveralSplits, Source, open_source
from helpers.foundation.errors import CompanionError

_SEED = 0


def diagnose(
    data: Data,
    *,
    text: str | None = None,
    label: str | None = None,
    language: str | None = None,
    pair: str | None = None,
    group: str | None = None,
    split: str | None = None,
    reference: Data | None = None,
    expect: str | Path | None = None,
) -> Diagnosis:
    """Say whether language predicts the label in a data set, and what follows from it.

    Parameters
    ----------
    data : DataFrame, Path or str
        A frame; a CSV, TSV, JSON lines or Parquet file, compressed or not, or a folder of them; a
        folder that ``datasets`` saved; ``owner/name`` on the Hugging Face hub.
    text, label, language, pair, group : str, optional
        Names of columns. All but the group are recognised where their names are usual. Rows with
        the same group are translations or copies of one another, and are no independent evidence.
    split : str, optional
        Only these rows, by the names of splits or files, or by the column ``split``.
    reference : DataFrame, Path or str, optional
        Other data with the same columns, such as the test set, to compare with, by as many rows
        of each as the smaller has.
    expect : str or Path, optional
        The labels that the model will meet: ``even``, ``as-is``, or a CSV file with the columns
        ``language, label, share``. Without it nothing is advised.

    Returns
    -------
    Diagnosis
        Shows itself in a notebook; ``to_dict()``, ``to_text()``, ``to_html()``.

    Raises
    ------
    CompanionError
        If something cannot be read, or is not clear; one sentence.

    Examples
    --------
    >>> rows = [("en", "good")] * 300 + [("en", "bad")] * 100
    >>> rows += [("fr", "good")] * 100 + [("fr", "bad")] * 300
    >>> found = diagnose(pd.DataFrame(rows, columns=["language", "label"]))
    >>> found.status, round(found.association.gain, 2)
    ('error', 0.25)
    """
    remedies.check_expectation(expect)
    source = open_source(data, split=split)
    columns = recognise(source, text=text, label=label, language=language, pair=pair, group=group)
    other = None
    if reference is not None:
        there = _open_reference(reference)
        its_columns = recognise(
            there,
            label=columns.label,
            language=columns.language,
            text=columns.text if columns.text in there.schema.names else None,
        )
        other = there, replace(its_columns, text=None, pair=None)  # its shares alone are compared
    counted = count(source, columns)
    expectations = remedies.expectations(counted.table, expect)
    table, excluded = findings.exclude(counted.table)
    association, cells = None, findings.cells_of(counted.table).iloc[:0]
    status: Status = "too little data to tell"
    if min(table.shape) >= 2:
        association = associate(table.to_numpy(), blocks=_blocks(counted, table))
        status = status_of(association)
        cells = findings.cells_of(table)
    compared = None if other is None else _compare(counted, other[0].name, count(*other))
    opinion = detected.detect(None if counted.texts is None else counted.texts.examples)
    found = [
        *findings.of_table(counted.table, cells if len(cells) else None, association, status),
        *findings.of_texts(counted.texts),
        *detected.findings(opinion),
        *_of_reference(compared),
    ]
    return Diagnosis(
        source=source.name,
        columns=columns,
        table=counted.table,
        excluded=tuple(excluded),
        association=association,
        severity=None if association is None else severity(association.cramers_v, table.shape),
        status=status,
        findings=tuple(sorted(found, key=lambda each: -LEVELS.index(each.level))),
        cells=cells,
        texts=counted.texts,
        detected=opinion,
        reference=compared,
        expectations=tuple(expectations),
        expect=None if expect is None else str(expect),
        label_names=source.label_names,
    )


def _open_reference(reference: Data) -> Source:
    """Find the rows of the reference; the split that was asked for is of the other data."""
    try:
        return open_source(reference)
    except SeveralSplits as error:
        raise CompanionError(
            f"the reference {error.found}: give one of them as the reference, as a file or a folder"
        ) from error


def _blocks(counted: Counted, table: pd.DataFrame) -> np.ndarray | None:
    """Return the blocks' counts of the languages and labels that are left."""
    if counted.blocks is None:
        return None
    rows = counted.table.index.get_indexer(table.index)
    columns = counted.table.columns.get_indexer(table.columns)
    blocks = counted.blocks[:, rows][:, :, columns]
    return np.asarray(blocks[blocks.sum(axis=(1, 2)) > 0])


def _compare(counted: Counted, name: str, other: Counted) -> Reference:
    """Compare two tables by how well language and label tell which of them a row is from."""
    here, there = counted.table.align(other.table, fill_value=0)
    both = np.stack([here.to_numpy().ravel(), there.to_numpy().ravel()]).astype(np.int64)
    both = _same_size(both)
    both = both[:, both.sum(axis=0) >= findings.FEWEST_ROWS]
    association = None
    status: Status = "too little data to tell"
    if both.shape[1] >= 2 and (both.sum(axis=1) >= findings.FEWEST_ROWS).all():
        association = associate(both)
        status = status_of(association)
    ours, theirs = (
        [str(name) for axis in (table.index, table.columns) for name in axis]
        for table in (counted.table, other.table)
    )
    return Reference(
        source=name,
        table=other.table,
        association=association,
        status=status,
        only_here=tuple(name for name in ours if name not in theirs),
        only_there=tuple(name for name in theirs if name not in ours),
    )


def _same_size(both: np.ndarray) -> np.ndarray:
    """Draw as many rows of the larger table as the smaller has: V must not depend on sizes."""
    rows = both.sum(axis=1)
    larger = int(rows.argmax())
    drawn = both.copy()
    drawn[larger] = np.random.default_rng(_SEED).multivariate_hypergeometric(
        both[larger], int(rows.min()), method="marginals"
    )
    return drawn


def _of_reference(compared: Reference | None) -> list[findings.Finding]:
    if compared is None:
        return []
    found = []
    if compared.association is not None and compared.status in LEVELS:
        v = compared.association.cramers_v
        found.append(
            findings.Finding(
                "reference",
                compared.status,
                f"Languages and labels are distributed otherwise in {compared.source}: Cramér's V "
                f"of the two tables is {v.value:.3f} (95 % interval {v.low:.3f} to {v.high:.3f}, "
                f"n = {compared.association.rows:,})",
            )
        )
    for names, where in (
        (compared.only_here, "is missing in the reference"),
        (compared.only_there, "occurs in the reference only"),
    ):
        if names:
            listed = ", ".join(names[:5]) + (" and others" if len(names) > 5 else "")
            found.append(findings.Finding("reference", "warning", f"{listed} {where}"))
    return found
