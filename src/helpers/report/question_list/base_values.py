"""Whether masked input entropy removes the bias of base values, and what it costs."""

from helpers.analysis import shap_quantities as s
from helpers.analysis.quantities import Quantity
from helpers.report import claim_quantities as q
from helpers.report.claim_list.forms import BELOW, NO_HARM
from helpers.report.question_list.forms import claim
from helpers.report.questions import Part, Question, Runs

WITH = q.WITH_ENTROPY


def _no_harm(setup: str, where: str) -> Part:
    return Part(
        claim=claim(
            f"base_values/accuracy-{setup}",
            f"Masked input entropy costs less than a point of accuracy {where}.",
            q.accuracy(f"{setup}{WITH}", setup),
            NO_HARM,
        ),
        holds=f"it costs less than a point of accuracy {where}",
        fails=f"it costs more than a point of accuracy {where}",
        unknown=f"whether it costs less than a point of accuracy {where}",
    )


QUESTION = Question(
    name="base_values",
    order=6,
    title="Does masked input entropy make base values agree, and at what cost?",
    page="Q_10_base_values",
    parts=(
        Part(
            claim=claim(
                "base_values/size",
                "Masked input entropy makes the base values of two models differ less.",
                Quantity(
                    "size of the base values' difference, imbalanced, with − without masked input "
                    "entropy",
                    q.BASE_VALUE,
                    s.base_value_change(f"imbalanced{WITH}", "imbalanced"),
                ),
                BELOW,
            ),
            holds="masked input entropy makes the base values of two models differ less",
            fails="masked input entropy makes the base values of two models differ more",
            unknown="whether masked input entropy makes the base values of two models differ less",
        ),
        _no_harm("balanced", "on balanced data"),
        _no_harm("imbalanced", "on imbalanced data"),
    ),
    # A profile may have them among its own, for A.3.
    runs=(
        Runs(
            setups=("balanced", "imbalanced"),
            variants=("mie=1",),
            stages=("subsets", "predictions", "language_identification", "shap_difference"),
        ),
    ),
)
