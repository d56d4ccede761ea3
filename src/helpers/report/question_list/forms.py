"""What questions of one form share: a claim, an accuracy, whether a remedy helps."""

from functools import cache

from helpers.analysis import remedies
from helpers.analysis.quantities import Quantity
from helpers.report import claim_quantities as q
from helpers.report.claim_list.forms import ABOVE, SAME_ACCURACY
from helpers.report.claims import Claim, Region
from helpers.report.display import capitalised
from helpers.report.labels import setup_label
from helpers.report.questions import Part


def claim(id: str, statement: str, quantity: Quantity, region: Region) -> Claim:
    """Return what a part of a question states; its id begins with the question's name."""
    return Claim(
        id=f"Q/{id}",
        place="an open question",
        statement=statement,
        quantity=quantity,
        region=region,
    )


def lower(words: str) -> str:
    """Return words without a capital at their beginning."""
    return words[0].lower() + words[1:]


@cache
def accuracy(name: str, minus: str) -> Quantity:
    """Return the accuracy with a setup or remedy minus that with another."""
    return Quantity(
        f"accuracy, {lower(setup_label(name))} − {lower(setup_label(minus))}",
        q.ACCURACY,
        remedies.accuracy_with(name, minus),
    )


def remedy(name: str, subject: str) -> tuple[Part, Part]:
    """Return the parts that ask whether a remedy helps, and whether as well as class weights."""
    return (
        Part(
            claim=claim(
                f"{name}/helps",
                f"{capitalised(subject)} wins accuracy back.",
                accuracy(name, "imbalanced"),
                ABOVE,
            ),
            holds=f"{subject} wins accuracy back",
            fails=f"{subject} costs accuracy",
            unknown=f"whether {subject} wins accuracy back",
        ),
        Part(
            claim=claim(
                f"{name}/level",
                f"{capitalised(subject)} is level with class weights, to within a point.",
                accuracy(name, "imbalanced_cw"),
                SAME_ACCURACY,
            ),
            holds="it is level with class weights, to within a point",
            fails="it is more than a point worse than class weights",
            above="it is more than a point better than class weights",
            unknown="whether it is level with class weights, to within a point",
        ),
    )
