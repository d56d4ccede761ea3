"""What a diagnosis holds, and how it is written as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from helpers.diagnosis import remedies
from helpers.diagnosis.association import Association, Estimate
from helpers.diagnosis.columns import Columns
from helpers.diagnosis.counting import names_of
from helpers.diagnosis.detected import Detected
from helpers.diagnosis.findings import Excluded, Finding
from helpers.diagnosis.harm_seen import HarmSeen, harm_seen
from helpers.diagnosis.published import Published, published
from helpers.diagnosis.remedies import Expectation
from helpers.diagnosis.resampling import CONFIDENCE
from helpers.diagnosis.severity import LEVELS, Level, Status, v_thresholds
from helpers.diagnosis.texts import TextSample
from helpers.foundation.errors import CompanionError

SCHEMA_VERSION = 1
_LISTED_CELLS = 100


@dataclass(frozen=True, eq=False)
class Reference:
    """How a second table differs from the first.

    Parameters
    ----------
    source : str
        Its name.
    table : DataFrame
        Its rows by language and label.
    association : Association or None
        Of "which of the two tables" with "which language and label"; None where there is too
        little data.
    status : str
        Its level.
    only_here, only_there : tuple of str
        Languages and labels that only one of them has.
    """

    source: str
    table: pd.DataFrame
    association: Association | None
    status: Status
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """The joint distribution of language and label in a data set, and what follows from it.

    It shows itself in a notebook.

    Parameters
    ----------
    source : str
        What was read.
    columns : Columns
        Which columns hold what.
    table : DataFrame
        Rows by language (index) and label (columns).
    excluded : tuple of Excluded
        Languages and labels too rare for the statistics.
    association : Association or None
        Of the rest; None where fewer than two of either are left.
    severity : Estimate or None
        V over the paper's V in a table of this shape.
    status : str
        Level of the joint skew, ``no finding`` or ``too little data to tell``.
    findings : tuple of Finding
        The joint skew and all else, the gravest first.
    cells : DataFrame
        See `helpers.diagnosis.findings.cells_of`.
    texts : TextSample or None
        None where there is no text column.
    detected : Detected or None
        None where it was not checked.
    reference : Reference or None
        The comparison with another table.
    expectations : tuple of Expectation
        The one that was named, or all.
    expect : str or None
        What was named.
    label_names : mapping of str to tuple of str
        Where the data say what the numbers 0, 1, … of a column are called.
    """

    source: str
    columns: Columns
    table: pd.DataFrame
    excluded: tuple[Excluded, ...]
    association: Association | None
    severity: Estimate | None
    status: Status
    findings: tuple[Finding, ...]
    cells: pd.DataFrame
    texts: TextSample | None
    detected: Detected | None
    reference: Reference | None
    expectations: tuple[Expectation, ...]
    expect: str | None
    label_names: Mapping[str, tuple[str, ...]]

    @property
    def rows(self) -> int:
        """Rows that were counted."""
        return int(self.table.to_numpy().sum())

    @property
    def level(self) -> Level | None:
        """The gravest level of all findings, or None."""
        reached = {finding.level for finding in self.findings}
        return next((level for level in reversed(LEVELS) if level in reached), None)

    @property
    def undecided(self) -> bool:
        """Whether there is too little data to tell, here or against the reference."""
        statuses = [self.status, *([] if self.reference is None else [self.reference.status])]
        return "too little data to tell" in statuses

    @property
    def shape(self) -> tuple[int, int]:
        """Languages and labels that the measures are of."""
        excluded = [each.part for each in self.excluded]
        languages, labels = self.table.shape
        return languages - excluded.count("language"), labels - excluded.count("label")

    @property
    def harm_seen(self) -> HarmSeen | None:
        """Where it lies among the severities of the published runs, and what those cost."""
        return None if self.severity is None else harm_seen(self.severity)

    @property
    def advice(self) -> str | None:
        """What to do under the expectation that was named, or None."""
        if self.expect is None:
            return None
        return remedies.ADVICE[self.expectations[0].name]

    @cached_property
    def published(self) -> Published | None:
        """What remedies did in the published runs; None without an expectation or their results."""
        return None if self.expect is None else published()

    @property
    def seen(self) -> str | None:
        """What did best in the published runs under the expectation that was named, or None."""
        if self.published is None:
            return None
        expectation = self.expectations[0]
        gains = self.published.gains.get(expectation.nearest)
        if gains is None:
            return None
        near = ""
        if expectation.name != expectation.nearest:
            near = f" These shares are nearest to {expectation.nearest!r} of the three tested."
        return (
            f"For one encoder and its data ({self.published.about}), with labels "
            f"{expectation.nearest!r}: {gains.best}; {gains.numbers}.{near}"
        )

    @property
    def balanced_rows(self) -> int:
        """Rows of the largest subset with as many of every label in every language."""
        return int(self.table.to_numpy().min()) * self.table.size

    def weights(self) -> pd.DataFrame:
        """Return the class weight of every cell (eq. 2).

        Returns
        -------
        DataFrame
            ``language, label, rows, weight, weight_clipped_10``.

        Raises
        ------
        CompanionError
            If a language has no row of a label.
        """
        return remedies.class_weights(self.table)

    def sample_weight(self, frame: pd.DataFrame) -> pd.Series:
        """Return the weight of each row of a frame with the same columns."""
        return remedies.sample_weight(frame, self.weights(), self._names(frame))

    def balanced_subset(self, frame: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
        """Draw the largest balanced subset of a frame with the same columns."""
        group = self.columns.group
        return remedies.balanced_subset(frame, self._names(frame), group=group, seed=seed)

    def _names(self, frame: pd.DataFrame) -> dict[str, dict[Any, str]]:
        return {
            column: names_of(frame[column].unique(), self.label_names.get(column))
            for column in (self.columns.language, self.columns.label)
        }

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON; texts of the data are not among them."""
        try:
            weights: Any = self.weights().round(6).to_dict("records")
            no_weights = None
        except CompanionError as error:
            weights, no_weights = None, str(error)
        return {
            "schema_version": SCHEMA_VERSION,
            "source": self.source,
            "columns": asdict(self.columns),
            "rows": self.rows,
            "status": self.status,
            "level": self.level,
            "findings": [asdict(finding) for finding in self.findings],
            "joint_counts": _table(self.table),
            "excluded": [asdict(each) for each in self.excluded],
            "confidence": CONFIDENCE,
            "association": _association(self.association),
            "v_thresholds": v_thresholds(self.shape) if self.association is not None else None,
            "severity": None if self.severity is None else asdict(self.severity),
            "harm_seen": None
            if self.harm_seen is None
            else {**asdict(self.harm_seen), "words": self.harm_seen.words},
            "driving_cells": _records(self.cells[self.cells["drives"]]),
            "missing_cells": _records(self.cells[self.cells["rows"] == 0]),
            "texts": None
            if self.texts is None
            else {
                "share": self.texts.share,
                "texts": self.texts.texts,
                "in_several_languages": self.texts.in_several_languages,
                "with_several_labels": self.texts.with_several_labels,
            },
            "detected_language": None if self.detected is None else asdict(self.detected),
            "reference": None
            if self.reference is None
            else {
                "source": self.reference.source,
                "status": self.reference.status,
                "joint_counts": _table(self.reference.table),
                "association": _association(self.reference.association),
                "only_here": list(self.reference.only_here),
                "only_there": list(self.reference.only_there),
            },
            "expect": self.expect,
            "expectations": [
                {
                    "name": each.name,
                    "description": each.description,
                    "language_accuracy": each.language_accuracy,
                    "majority_accuracy": each.majority_accuracy,
                }
                for each in self.expectations
            ],
            "advice": self.advice,
            "published": None
            if self.published is None
            else {
                **asdict(self.published),
                "best": {name: gains.best for name, gains in self.published.gains.items()},
            },
            "weights": weights,
            "no_weights": no_weights,
            "balanced_subset_rows": self.balanced_rows,
        }

    def to_text(self) -> str:
        """Return a summary for a terminal."""
        from helpers.diagnosis import rendering

        return rendering.text(self)

    def to_html(self) -> str:
        """Return the report as one HTML file, at most 500 KB."""
        from helpers.diagnosis import rendering

        return rendering.page(self)

    def _repr_html_(self) -> str:
        from helpers.diagnosis import rendering

        return rendering.fragment(self)

    def __repr__(self) -> str:
        """Return the summary: a frame's repr would be no help."""
        return self.to_text()


def _records(cells: pd.DataFrame) -> dict[str, Any]:
    """Return some of the cells, and how many there are; all counts are in the joint table."""
    listed = cells.drop(columns="drives").head(_LISTED_CELLS)
    return {"n": len(cells), "largest": listed.round(6).to_dict("records")}


def _table(table: pd.DataFrame) -> dict[str, Any]:
    return {
        "languages": list(table.index),
        "labels": list(table.columns),
        "rows": table.to_numpy().tolist(),
    }


def _association(association: Association | None) -> dict[str, Any] | None:
    if association is None:
        return None
    return {
        **asdict(association),
        "gain": association.gain,
        "error_left": association.error_left,
    }
