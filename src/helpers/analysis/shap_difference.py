"""Cumulative difference in SHAP values between two models (paper, section 2.3, Figures 1 to 3).

The tokens of a text are sorted by what they are worth to the *balanced* model: positive,
neutral or negative for a class. For each category the differences of the two models' values are
summed over the text. With the difference of the base values, the sums add up to the difference of
the two models' probabilities.

Sorting tokens by a noisy number and then subtracting that number has a cost: positive tokens fall
and negative ones rise even between two equally trained models (regression to the mean). So each
figure belongs beside its null, the same quantity for a balanced model of another seed in place of
the imbalanced one.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.data.cells import excess_shares
from helpers.foundation.errors import CompanionError

if TYPE_CHECKING:
    import shap  # slow to import, and the notebooks' tables need none of it

TOKEN_CATEGORIES = ("positive", "neutral", "negative")
BASE = "base"
CATEGORIES = (*TOKEN_CATEGORIES, BASE)
SIDES = ("over", "under", "even")  # how frequent a class is in a language, against the others
# The three thresholds of A.4 among the ones between them.
THRESHOLDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)


def cumulative_difference(
    balanced: "shap.Explanation",
    imbalanced: "shap.Explanation",
    *,
    languages: Sequence[str],
    threshold: float = 0.01,
) -> pd.DataFrame:
    """Return each text's cumulative difference in SHAP value, by class and token category.

    Every token counts towards the sums: a special token has a (small) value where the budget ran
    out on a group that it is in. ``n_tokens`` leaves special tokens out where the explanations
    know them (``special_tokens``), since a token that is never masked is not "neutral".

    Parameters
    ----------
    balanced, imbalanced : shap.Explanation
        Of the same texts: ``values`` with one array ``(tokens, classes)`` for each text.
    languages : sequence of str
        One for each text.
    threshold : float
        Tokens within plus or minus this value for the balanced model are neutral.

    Returns
    -------
    pandas.DataFrame
        Four rows for each text and class: ``text`` (its position), ``language``, ``class``,
        ``category`` (positive, neutral, negative, base), ``difference`` (of probabilities) and
        ``n_tokens`` (0 for the base value). The four differences add up to the difference of the
        two models' probabilities.

    Raises
    ------
    CompanionError
        If the explanations are not of the same texts, or the threshold is negative.

    Examples
    --------
    >>> import shap
    >>> balanced = shap.Explanation(np.array([[[0.3], [0.0], [-0.2]]]), np.array([[0.5]]))
    >>> imbalanced = shap.Explanation(np.array([[[0.2], [0.1], [-0.2]]]), np.array([[0.4]]))
    >>> frame = cumulative_difference(balanced, imbalanced, languages=["fr"])
    >>> frame[["category", "difference", "n_tokens"]].round(2).values.tolist()
    [['positive', -0.1, 1], ['neutral', 0.1, 1], ['negative', 0.0, 1], ['base', -0.1, 0]]
    """
    values, text_of, counted = _tokens(balanced)
    others, other_text_of, _ = _tokens(imbalanced)
    texts, classes = np.shape(balanced.base_values)
    if values.shape != others.shape or not np.array_equal(text_of, other_text_of):
        raise CompanionError(
            f"imbalanced: {len(others)} tokens in {len(imbalanced.values)} texts, balanced: "
            f"{len(values)} in {texts}; allowed are explanations of the same texts"
        )
    if len(languages) != texts:
        raise CompanionError(f"languages: {len(languages)} for {texts} explained texts")
    category = category_codes(values, threshold)

    difference = np.zeros((texts, classes, 4))
    n_tokens = np.zeros((texts, classes, 4), dtype=np.int64)
    where = (text_of[:, None], np.arange(classes)[None, :], category)
    np.add.at(difference, where, others - values)
    np.add.at(n_tokens, where, np.broadcast_to(counted[:, None], category.shape))
    difference[:, :, 3] = np.asarray(imbalanced.base_values) - np.asarray(balanced.base_values)

    index = pd.MultiIndex.from_product(
        [range(texts), class_names(balanced), CATEGORIES], names=["text", "class", "category"]
    )
    frame = pd.DataFrame(
        {"difference": difference.ravel(), "n_tokens": n_tokens.ravel()}, index=index
    ).reset_index()
    frame.insert(1, "language", np.repeat(np.asarray(languages, dtype=object), classes * 4))
    return frame


def threshold_sweep(
    balanced: "shap.Explanation",
    imbalanced: "shap.Explanation",
    *,
    languages: Sequence[str],
    thresholds: Sequence[float] = THRESHOLDS,
) -> pd.DataFrame:
    """Return ``cumulative_difference`` at several thresholds (A.4), with a column ``threshold``."""
    return pd.concat(
        [
            cumulative_difference(
                balanced, imbalanced, languages=languages, threshold=threshold
            ).assign(threshold=threshold)
            for threshold in thresholds
        ],
        ignore_index=True,
    )


def with_representation(
    difference: pd.DataFrame, skew: Mapping[str, Sequence[float]], *, classes: Sequence[str]
) -> pd.DataFrame:
    """Say in a column ``represented`` whether the class is frequent in the language.

    Parameters
    ----------
    difference : pandas.DataFrame
        From ``cumulative_difference``.
    skew : mapping
        Language to the weights of its labels in the imbalanced subset, in label order.
    classes : sequence of str
        The labels' names in that order.

    Returns
    -------
    pandas.DataFrame
        ``represented`` is ``over``, ``under``, or ``even``: the class's share in the language
        against the mean of its shares over languages.

    Examples
    --------
    >>> frame = pd.DataFrame({"language": ["fr", "en"], "class": ["good", "good"]})
    >>> skew = {"fr": [1, 2], "en": [2, 1]}
    >>> with_representation(frame, skew, classes=["bad", "good"])["represented"].tolist()
    ['over', 'under']
    """
    sides = {
        (language, name): "over" if above > 0 else "under" if above < 0 else "even"
        for language, row in zip(skew, excess_shares(skew), strict=True)
        for name, above in zip(classes, row, strict=True)
    }
    pairs = zip(difference["language"], difference["class"], strict=True)
    return difference.assign(represented=[sides[pair] for pair in pairs])


def with_label_names(frame: pd.DataFrame, labels: Sequence[str], *columns: str) -> pd.DataFrame:
    """Return a frame with the names of labels in place of their codes, in some columns.

    Up to here a label is its place in the data set's list, so that nothing depends on its name.

    Examples
    --------
    >>> frame = pd.DataFrame({"class": [1, 0]})
    >>> with_label_names(frame, ["bad", "good"], "class")["class"].tolist()
    ['good', 'bad']
    """
    names = dict(enumerate(labels))
    return frame.assign(**{column: frame[column].map(names) for column in columns})


def class_names(explanation: "shap.Explanation") -> list[str]:
    """Return the names of the explained classes."""
    names = explanation.output_names
    classes = np.shape(explanation.base_values)[1]
    return [str(n) for n in names] if names is not None else [f"Output {i}" for i in range(classes)]


def category_codes(values: NDArray[np.float64], threshold: float) -> NDArray[np.int64]:
    """Return positions in ``TOKEN_CATEGORIES``; the borders belong to the neutral tokens."""
    if threshold < 0:
        raise CompanionError(f"threshold: {threshold}; allowed is 0 or more")
    return np.where(values > threshold, 0, np.where(values < -threshold, 2, 1))


def _tokens(
    explanation: "shap.Explanation",
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return all tokens' values, the text that each is of, and which count as tokens."""
    lengths = [len(values) for values in explanation.values]
    values = np.concatenate([np.asarray(v, dtype=float) for v in explanation.values])
    special = getattr(explanation, "special_tokens", None)
    counted = np.ones(len(values), dtype=bool) if special is None else ~np.concatenate(special)
    return values, np.repeat(np.arange(len(lengths)), lengths), counted
