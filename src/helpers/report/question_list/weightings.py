"""Rivals of the paper's class weights."""

from helpers.analysis import remedies
from helpers.analysis.label_priors import PRIORS, Prior
from helpers.analysis.quantities import Quantity, Ruler
from helpers.foundation.setups import all_setups
from helpers.report.claim_list.forms import ABOVE
from helpers.report.claim_quantities import ACCURACY
from helpers.report.display import capitalised
from helpers.report.priors import PRIOR_LABELS
from helpers.report.question_list.forms import claim, lower
from helpers.report.questions import Part, Question, Runs

_RIVALS = ("sqrt", "logit_adjustment", "resampling", "group_dro")


def _part(setup: str, prior: Prior) -> Part:
    weighting = all_setups()[setup].weighting
    assert weighting is not None  # a rival is one
    shares = "even shares" if prior == "even" else f"shares {lower(PRIOR_LABELS[prior])}"
    subject = f"{'on' if prior == 'even' else 'with'} {shares}, {weighting.label}"
    return Part(
        claim=claim(
            f"weightings/{setup}/{prior}",
            f"{capitalised(subject)} does better than the weights of eq. 2.",
            Quantity(
                f"accuracy, {weighting.label} − class weights",
                Ruler(f"test accuracy, {shares}", ACCURACY.smallest_effect),
                remedies.accuracy_with(setup, "imbalanced_cw", prior),
            ),
            ABOVE,
        ),
        holds=f"{subject} does better than the weights of eq. 2",
        fails=f"{subject} does worse than the weights of eq. 2",
        # The sentence says of even shares alone what it cannot tell.
        unknown=weighting.label if prior == "even" else "",
    )


RIVALS = tuple(f"imbalanced_{name}" for name in _RIVALS)
QUESTION = Question(
    name="weightings",
    order=4,
    title="Do other weightings do better than the weights of eq. 2?",
    page="Q_7_other_weightings",
    cannot_tell="whether, on even shares, {} does better or worse than the weights of eq. 2",
    parts=tuple(_part(setup, prior) for prior in PRIORS for setup in RIVALS),
    runs=(Runs(setups=RIVALS),),
)
