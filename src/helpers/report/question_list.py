"""The open questions that take no new model, in the order of the index."""

from functools import cache

from helpers.analysis import remedies
from helpers.analysis import shap_quantities as s
from helpers.analysis.paired_shap import paired_separation
from helpers.analysis.quantities import Measure, Quantity, Ruler
from helpers.analysis.token_rules import GRADIENTS, neutral_separation
from helpers.report import claim_quantities as q
from helpers.report.claim_list.forms import ABOVE, BELOW, SAME_ACCURACY
from helpers.report.claims import Claim, Region
from helpers.report.questions import Part, Question

_GRADIENTS = Ruler("paired difference of Integrated Gradients", 0.02)


def _claim(id: str, statement: str, quantity: Quantity, region: Region) -> Claim:
    return Claim(
        id=f"Q/{id}",
        place="an open question",
        statement=statement,
        quantity=quantity,
        region=region,
    )


def _upper(words: str) -> str:
    return words[0].upper() + words[1:]


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]


@cache
def _accuracy(name: str, minus: str) -> Quantity:
    return Quantity(
        f"accuracy, {_lower(remedies.label(name))} − {_lower(remedies.label(minus))}",
        q.ACCURACY,
        remedies.accuracy_with(name, minus),
    )


def _remedy(id: str, title: str, subject: str) -> Question:
    """Return the question whether a remedy helps, and whether it does as well as weights."""
    return Question(
        id=id,
        title=title,
        page="Q_1_without_training",
        parts=(
            Part(
                claim=_claim(
                    f"{id}/helps",
                    f"{_upper(subject)} wins accuracy back.",
                    _accuracy(id, "imbalanced"),
                    ABOVE,
                ),
                holds=f"{subject} wins accuracy back",
                fails=f"{subject} costs accuracy",
                unknown=f"whether {subject} wins accuracy back cannot be told",
            ),
            Part(
                claim=_claim(
                    f"{id}/level",
                    f"{_upper(subject)} is level with class weights, to within a point.",
                    _accuracy(id, "imbalanced_cw"),
                    SAME_ACCURACY,
                ),
                holds="it is level with class weights, to within a point",
                fails="it is more than a point away from class weights",
                unknown="whether it is level with class weights, to within a point, cannot be told",
            ),
        ),
    )


def _rule(id: str, rule: str, measure: Measure, ruler: Ruler) -> Part:
    quantity = Quantity(
        f"neutral tokens, {rule}, {q.MORE_LESS}, imbalanced − balanced",
        ruler,
        measure,
    )
    return Part(
        claim=_claim(
            f"thresholds/{id}",
            "Uninformative tokens speak for the label that is frequent in their language.",
            quantity,
            ABOVE,
        ),
        holds=f"so it is by {rule}",
        fails=f"not so by {rule}",
        unknown=f"by {rule} it cannot be told",
    )


def _erased(eraser: remedies.Eraser, subject: str) -> tuple[Part, Part]:
    words = _lower(remedies.label(eraser))
    return (
        Part(
            claim=_claim(
                f"erasing/{eraser}/accuracy",
                f"{_upper(subject)} leaves accuracy as it was, to within a point.",
                _accuracy(eraser, "imbalanced"),
                SAME_ACCURACY,
            ),
            holds=f"{subject} leaves accuracy as it was, to within a point",
            fails=f"{subject} changes accuracy by more than a point",
            unknown=f"whether {subject} leaves accuracy as it was, to within a point, cannot be "
            "told",
        ),
        Part(
            claim=_claim(
                f"erasing/{eraser}/separation",
                f"{_upper(subject)} makes languages harder to tell apart.",
                Quantity(
                    f"how easily languages are told apart, {words} − imbalanced",
                    q.AS_IN_THE_PAPER,
                    remedies.separation_without(eraser),
                ),
                BELOW,
            ),
            holds="languages are then harder to tell apart",
            fails="languages are then easier to tell apart",
            unknown="whether languages are then harder to tell apart cannot be told",
        ),
    )


MEASURES = Question(
    id="measures",
    title="Do all measures of separation order the setups alike?",
    page="Q_2_measures_of_separation",
)

QUESTIONS: tuple[Question, ...] = (
    _remedy(
        "prior",
        "Is it enough to correct predictions for the training shares, without training?",
        "prior correction",
    ),
    _remedy(
        "estimated_prior",
        "Can the shares be estimated from unlabelled texts?",
        "prior correction with estimated shares",
    ),
    _remedy(
        "head_refit",
        "Is the harm in the last layer alone?",
        "refitting the last layer on a few balanced texts",
    ),
    MEASURES,
    Question(
        id="thresholds",
        title="Do the findings on uninformative tokens hang on the threshold?",
        page="Q_3_thresholds",
        counted="Uninformative tokens speak for the label that is frequent in their language",
        parts=(
            *(
                _rule(
                    threshold,
                    f"a threshold of {threshold}, minus the null",
                    s.shap_separation(
                        "imbalanced" + ("" if threshold == "0.01" else f"@threshold={threshold}"),
                        "neutral",
                    ),
                    q.SHAP,
                )
                for threshold in ("0.001", "0.005", "0.01", "0.05")
            ),
            _rule(
                "quantile",
                "the six in ten tokens nearest to 0",
                neutral_separation("imbalanced"),
                q.PAIRED_SHAP,
            ),
            _rule(
                "other-seeds",
                "a threshold of 0.01, sorted by other seeds",
                paired_separation("imbalanced", "neutral"),
                q.PAIRED_SHAP,
            ),
        ),
    ),
    Question(
        id="attribution",
        title="Does another attribution method find the same?",
        page="Q_4_another_attribution",
        parts=(
            Part(
                claim=_claim(
                    "attribution/neutral",
                    "By Integrated Gradients too, uninformative tokens speak for the label that is "
                    "frequent in their language.",
                    Quantity(
                        f"Integrated Gradients of neutral tokens, {q.MORE_LESS}, "
                        "imbalanced − balanced",
                        _GRADIENTS,
                        neutral_separation("imbalanced", file=GRADIENTS, threshold=0.01),
                    ),
                    ABOVE,
                ),
                holds="by Integrated Gradients too, uninformative tokens speak for the label that "
                "is frequent in their language",
                fails="by Integrated Gradients, uninformative tokens speak against the label that "
                "is frequent in their language",
                unknown="whether Integrated Gradients find what SHAP values find cannot be told",
            ),
        ),
    ),
    Question(
        id="erasing",
        title="Can the language be taken out after training?",
        page="Q_5_erasing_language",
        parts=(
            *_erased("leace", "erasing the language from the features (LEACE)"),
            *_erased("centring", "centring the languages' features"),
        ),
    ),
)


def question(id: str) -> Question:
    """Return an open question by its name."""
    return next(each for each in QUESTIONS if each.id == id)
