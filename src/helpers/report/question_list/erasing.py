"""The language taken out of a model's features after training."""

from helpers.analysis import remedies
from helpers.analysis.quantities import Quantity
from helpers.report import claim_quantities as q
from helpers.report.claim_list.forms import BELOW, SAME_ACCURACY
from helpers.report.display import capitalised
from helpers.report.labels import setup_label
from helpers.report.question_list.forms import accuracy, claim, lower
from helpers.report.questions import Part, Question


def _erased(eraser: remedies.Eraser, subject: str, short: str) -> tuple[Part, Part]:
    words = lower(setup_label(eraser))
    return (
        Part(
            claim=claim(
                f"erasing/{eraser}/accuracy",
                f"{capitalised(subject)} leaves accuracy as it was, to within a point.",
                accuracy(eraser, "imbalanced"),
                SAME_ACCURACY,
            ),
            holds=f"{subject} leaves accuracy as it was, to within a point",
            fails=f"{subject} costs more than a point of accuracy",
            above=f"{subject} raises accuracy by more than a point",
            unknown=f"whether {subject} leaves accuracy as it was, to within a point",
        ),
        Part(
            claim=claim(
                f"erasing/{eraser}/separation",
                f"{capitalised(subject)} makes languages harder to tell apart.",
                Quantity(
                    f"how easily languages are told apart, {words} − imbalanced",
                    q.AS_IN_THE_PAPER,
                    remedies.separation_without(eraser),
                ),
                BELOW,
            ),
            holds="languages are then harder to tell apart",
            fails="languages are then easier to tell apart",
            unknown=f"whether languages are harder to tell apart after {short}",
        ),
    )


QUESTION = Question(
    name="erasing",
    order=70,
    title="Can the language be taken out after training?",
    page="Q_5_erasing_language",
    parts=(
        *_erased("leace", "erasing the language from the features (LEACE)", "LEACE"),
        *_erased("centring", "centring the languages' features", "centring"),
    ),
)
