"""What the model predicts on the balanced test set (paper, section 4.1, Tables 2, 3 and 6)."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from scipy import stats


def skew_groups(skew: Mapping[str, Sequence[float]]) -> dict[str, str]:
    """Return each language's group: the languages that share its skew, in order.

    Examples
    --------
    >>> skew_groups({"fr": (3, 2, 1), "es": (3, 2, 1), "en": (1, 2, 3)})
    {'fr': 'fr, es', 'es': 'fr, es', 'en': 'en'}
    """
    members: dict[tuple[float, ...], list[str]] = {}
    for language, weights in skew.items():
        members.setdefault(tuple(weights), []).append(language)
    return {language: ", ".join(members[tuple(weights)]) for language, weights in skew.items()}


def predicted_share(
    predictions: pd.DataFrame, *, labels: Sequence[str], skew: Mapping[str, Sequence[float]]
) -> pd.DataFrame:
    """Return how often each label is predicted for each group of languages (Table 2).

    Parameters
    ----------
    predictions : pandas.DataFrame
        Columns ``language`` and ``predicted`` (label index).
    labels : sequence of str
        Label names, in label order.
    skew : mapping
        Language to its weights; languages with the same weights form a group.

    Returns
    -------
    pandas.DataFrame
        One row per group, one column per label; rows sum to 1.
    """
    group_of = skew_groups(skew)
    shares = pd.crosstab(
        predictions["language"].map(group_of), predictions["predicted"], normalize="index"
    )
    shares = shares.reindex(
        index=list(dict.fromkeys(group_of.values())), columns=range(len(labels)), fill_value=0.0
    )
    return shares.set_axis(list(labels), axis=1).rename_axis(index="languages", columns="label")


def training_share(*, labels: Sequence[str], skew: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    """Return the imbalanced subset's label shares by group of languages (Table 1).

    Examples
    --------
    >>> training_share(labels=["no", "yes"], skew={"fr": (3, 1)})
    label        no   yes
    languages
    fr         0.75  0.25
    """
    rows = {
        group: [weight / sum(skew[language]) for weight in skew[language]]
        for language, group in skew_groups(skew).items()
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(labels))
    return frame.rename_axis(index="languages", columns="label")


def excess_over_language(predictions: pd.DataFrame) -> "pd.Series[float]":
    """Return how much more accurate a model is than the language alone could make it, by group.

    The language alone makes a model as accurate as giving each language its most frequent label
    does.

    Parameters
    ----------
    predictions : pandas.DataFrame
        Columns ``group``, ``language``, ``label`` and ``predicted`` (label index).

    Returns
    -------
    pandas.Series
        Indexed by group, its mean over the group's rows.
    """
    by_language = predictions.value_counts(["language", "label"]).groupby("language")
    right = predictions["label"] == predictions["predicted"]
    excess = right - predictions["language"].map(by_language.max() / by_language.sum())
    return excess.groupby(predictions["group"]).mean()


def learning_bound(predictions: pd.DataFrame) -> float:
    """Return the one-sided lower 95 % bound of `excess_over_language`.

    Groups of rows are the unit, since translations and equal premises are not independent.

    Parameters
    ----------
    predictions : pandas.DataFrame
        As in `excess_over_language`.
    """
    means = excess_over_language(predictions)
    if means.nunique() == 1:  # there is no spread to go by
        return float(means.iloc[0])
    tested = stats.ttest_1samp(means, 0.0, alternative="greater")
    return float(tested.confidence_interval(0.95).low)


def has_learned(predictions: pd.DataFrame) -> bool:
    """Say whether a model is more accurate than the language alone could make it.

    So it is where `learning_bound` is above 0. A model that fails the test, because it answers from
    the language or did not train at all, says nothing of the task.

    Parameters
    ----------
    predictions : pandas.DataFrame
        As in `excess_over_language`.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": range(40), "language": ["fr", "en"] * 20})
    >>> rows["label"] = rows["group"] % 4 // 2
    >>> has_learned(rows.assign(predicted=rows["label"]))
    True
    >>> has_learned(rows.assign(predicted=(rows["language"] == "fr").astype(int)))
    False
    """
    return learning_bound(predictions) > 0


def metrics(
    predictions: pd.DataFrame, *, labels: Sequence[str], skew: Mapping[str, Sequence[float]]
) -> dict[str, Any]:
    """Return the content of ``metrics.json`` that comes from predictions.

    Parameters
    ----------
    predictions : pandas.DataFrame
        Columns ``language``, ``label`` and ``predicted`` (label indices), a row per test text.
    labels : sequence of str
        Label names, in label order.
    skew : mapping
        Language to its weights.

    Returns
    -------
    dict
        ``accuracy``, ``accuracy_by_language``, ``macro_f1``, ``n_test``, ``labels`` and
        ``predicted_share`` by group of languages and label.
    """
    from sklearn.metrics import accuracy_score, f1_score  # slow to load

    right = predictions["label"] == predictions["predicted"]
    return {
        "accuracy": float(accuracy_score(predictions["label"], predictions["predicted"])),
        "accuracy_by_language": {
            str(language): float(share)
            for language, share in right.groupby(predictions["language"]).mean().items()
        },
        "macro_f1": float(
            f1_score(
                predictions["label"],
                predictions["predicted"],
                labels=range(len(labels)),
                average="macro",
                zero_division=0.0,
            )
        ),
        "n_test": len(predictions),
        "labels": list(labels),
        "predicted_share": predicted_share(predictions, labels=labels, skew=skew).to_dict("index"),
    }
