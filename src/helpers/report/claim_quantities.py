"""The quantities of the claims: each measure with its words and its ruler.

Rulers and the smallest effects that matter are the analysis plan's (``book/plan.md``). Builders are
cached: equal arguments give the same quantity.
"""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from helpers.analysis import label_priors, paired_shap
from helpers.analysis import quantities as q
from helpers.analysis import shap_quantities as s
from helpers.analysis.quantities import Quantity, Ruler

ACCURACY = Ruler("test accuracy, even shares", 0.01)
SLOPE = Ruler("slope of predicted on training shares", 0.05)
PREDICTED = Ruler("share of predictions")
AS_IN_THE_PAPER = Ruler("language identification, accuracy at C = 1e-4 (as in the paper)", 0.05)
LOG_LOSS = Ruler("language identification, log loss at C = 1, sign turned", 0.1)
SHAP = Ruler("SHAP difference minus its null", 0.02)
PAIRED_SHAP = Ruler("paired SHAP difference", 0.02)
BAR_SIZE = Ruler("mean size of SHAP differences", 0.02)
BASE_VALUE = Ruler("size of the base values' difference", 0.02)
TOKENS = Ruler("share of all tokens")

Kind = Literal["paper", "log loss"]
_RULERS: Mapping[Kind, tuple[Ruler, q.ProbeScore]] = {
    "paper": (AS_IN_THE_PAPER, q.BY_ACCURACY),
    "log loss": (LOG_LOSS, q.BY_LOG_LOSS),
}

MORE_LESS = "languages with more − with less of the label"
ALMOST = 0.25  # "almost on par", no "clear separation": at most a quarter is left
WITH_ENTROPY = "+mie=1"


def difference_words(setup: str, minus: str) -> str:
    """Return what is subtracted from what, in words.

    Examples
    --------
    >>> difference_words("imbalanced_cw", "imbalanced")
    'class weights − imbalanced'
    >>> difference_words("balanced+mie=1", "balanced")
    'balanced, with − without masked input entropy'
    """
    (one, variant), (other, reference) = (
        ("class weights" if name == "imbalanced_cw" else name, variant)
        for name, _, variant in (each.partition("+") for each in (setup, minus))
    )
    if variant != reference:
        return f"{one}, with − without masked input entropy"
    return f"{one} − {other}" + (", with masked input entropy" if variant else "")


@cache
def accuracy(setup: str, minus: str) -> Quantity:
    """Return the difference of test accuracy."""
    return Quantity(
        f"accuracy, {difference_words(setup, minus)}", ACCURACY, q.accuracy(setup, minus)
    )


@cache
def accuracy_under(setup: str, minus: str, prior: label_priors.Prior) -> Quantity:
    """Return the difference of accuracy under a prior of the test set."""
    ruler = Ruler(f"test accuracy, {prior} shares", ACCURACY.smallest_effect)
    measure = label_priors.accuracy_under(setup, minus, prior)
    return Quantity(f"accuracy, {difference_words(setup, minus)}", ruler, measure)


@cache
def slope(setup: str, minus: str) -> Quantity:
    """Return the difference of the slopes of predicted on training shares."""
    return Quantity(f"slope, {difference_words(setup, minus)}", SLOPE, q.skew_slope(setup, minus))


@cache
def predicted_more(words: str, *groups: tuple[int, ...]) -> Quantity:
    """Return how much more labels are predicted where training had more: a mean over groups."""
    measures = [q.predicted_more("imbalanced", *positions) for positions in groups]
    return Quantity(
        f"predicted share of {words}, {MORE_LESS} in training",
        PREDICTED,
        q.combination(*((1 / len(measures), one) for one in measures)),
    )


@cache
def separation(setup: str, minus: str, kind: Kind = "paper", source: q.Source = "both") -> Quantity:
    """Return how much easier languages are to tell apart, on one of the two rulers."""
    where = {"both": "", "test": " (test set)", "external": " (external texts)"}[source]
    ruler, by = _RULERS[kind]
    return Quantity(
        f"how easily languages are told apart{where}, {difference_words(setup, minus)}",
        ruler,
        q.identification(setup, minus, source, by=by),
    )


@cache
def separation_left(kind: Kind = "paper", source: q.Source = "both") -> Quantity:
    """Return the separation that weights leave, minus a quarter of the whole."""
    ruler, by = _RULERS[kind]
    return Quantity(
        "how easily languages are told apart, (class weights − balanced) − ¼ (imbalanced − "
        "balanced)",
        ruler,
        q.combination(
            (1, q.identification("imbalanced_cw", "balanced", source, by=by)),
            (-ALMOST, q.identification("imbalanced", "balanced", source, by=by)),
        ),
    )


@cache
def shap(setup: str, category: str, side: s.Side) -> Quantity:
    """Return the SHAP difference of a token category on one side."""
    where = {"over": "over-represented", "under": "under-represented", "all": "all"}[side]
    return Quantity(
        f"{category} tokens, {where} languages, {difference_words(setup, s.null_of(setup))}",
        SHAP,
        s.shap_difference(setup, category, side),
    )


@cache
def shap_separation(setup: str, category: str) -> Quantity:
    """Return the SHAP difference of a token category, over- minus under-represented."""
    base, _, threshold = setup.partition("@threshold=")
    at = f" at a threshold of {threshold}" if threshold else ""
    return Quantity(
        f"{category} tokens{at}, {MORE_LESS}, {difference_words(base, s.null_of(base))}",
        SHAP,
        s.shap_separation(setup, category),
    )


@cache
def paired_separation(setup: str, category: str) -> Quantity:
    """Return the paired SHAP difference of a token category, over- minus under-represented."""
    return Quantity(
        f"{category} tokens, {MORE_LESS}, {difference_words(setup, 'balanced')}",
        PAIRED_SHAP,
        paired_shap.paired_separation(setup, category),
    )


@cache
def shap_change(words: str, *terms: tuple[float, q.Measure]) -> Quantity:
    """Return a sum of SHAP measures with factors."""
    return Quantity(words, SHAP, q.combination(*terms))


@cache
def contrast_of_last_label(category: str) -> Quantity:
    """Return the last label's SHAP difference between languages."""
    return Quantity(
        f"{category} tokens for the last label, {MORE_LESS}, imbalanced − balanced",
        SHAP,
        s.shap_contrast_of_last_label("imbalanced", category),
    )


@cache
def token_share(category: str, threshold: str = "") -> Quantity:
    """Return the share of all tokens that a threshold sorts into a category."""
    at = f" at a threshold of {threshold}" if threshold else ""
    setup = f"imbalanced@threshold={threshold}" if threshold else "imbalanced"
    return Quantity(f"{category} tokens{at}", TOKENS, s.token_share(setup, category))
