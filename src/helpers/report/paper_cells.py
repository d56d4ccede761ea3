"""What the paper's tables say about each claim: the same quantity as ours, and its single cells."""

from collections.abc import Callable, Sequence

from helpers.analysis.quantities import Quantity, Source
from helpers.foundation.names import dataset_label
from helpers.report import paper
from helpers.report.claims import Printed

Numbers = tuple[Printed, ...]
BySource = Callable[[Source], Quantity]


def accuracy_gap(tables: Sequence[str], setup: str, minus: str, quantity: Quantity) -> Numbers:
    """Return the test accuracy of one setup minus another's, from Tables 3 and 6."""
    return tuple(
        Printed(
            place=f"Table {number}, {dataset_label(str(dataset))}",
            dataset=str(dataset),
            value=float(column[setup] - column[minus]),
            quantity=quantity,
        )
        for number in tables
        for dataset, column in paper.table(number).cells.items()
    )


def identification(
    tables: Sequence[str],
    factors: Sequence[tuple[str, float]],
    quantity: BySource,
    *,
    sources: Sequence[Source] = ("both",),
) -> Numbers:
    """Return a sum of language identification over setups, from Tables 4 and 7.

    Parameters
    ----------
    tables : sequence of str
        Their numbers.
    factors : sequence of (str, float)
        Setups and their factors; ``[("imbalanced", 1), ("balanced", -1)]`` is a difference.
    quantity : callable
        Gives our quantity on a source.
    sources : sequence of str
        ``"both"`` for the mean of the test set and the external texts, or each by itself.
    """
    named = {"both": "", "test": ", test set", "external": ", external texts"}
    return tuple(
        Printed(
            place=f"Table {number}, {dataset_label(dataset)}{named[source]}",
            dataset=dataset,
            value=float(sum(factor * scores[setup] for setup, factor in factors)),
            quantity=quantity(source),
        )
        for number in tables
        for dataset in paper.table(number).cells.index.unique("dataset")
        for source in sources
        for cells in [paper.table(number).cells.loc[dataset]]
        for scores in [cells.mean(axis=1) if source == "both" else cells[source]]
    )


def predicted_gap(part: str, quantity: Quantity, *groups: Sequence[str]) -> Numbers:
    """Return how much more labels are predicted where training had more of them, from Table 2.

    Parameters
    ----------
    part : str
        ``"a"`` or ``"b"``.
    quantity : Quantity
        Ours.
    *groups : sequence of str
        Labels that are taken together; the result is the mean over the groups.
    """
    trained, predicted = (paper.table(number + part).cells for number in "12")
    gaps = []
    for labels in groups:
        shares = predicted[list(labels)].sum(axis=1)
        more = str(trained[list(labels)].sum(axis=1).idxmax())
        gaps.append(float(shares[more] - shares.drop(more).mean()))
    names = "; ".join(" and ".join(labels) for labels in groups)
    return (
        Printed(
            place=f"Table 2{part}, {names}",
            dataset={"a": "amazon_reviews", "b": "xnli"}[part],
            value=round(sum(gaps) / len(gaps), 4),
            quantity=quantity,
        ),
    )
