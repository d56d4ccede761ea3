"""SHAP values as frames: to store them, and to choose the texts they are computed for."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
import shap

from helpers.analysis.shap_values import objects
from helpers.foundation.errors import CompanionError


def explanation_frame(
    explanation: shap.Explanation, rows: pd.DataFrame, *, class_names: Sequence[str]
) -> pd.DataFrame:
    """Return an explanation as a frame with one row per token.

    Parameters
    ----------
    explanation : shap.Explanation
        From ``explain_corpus``.
    rows : pandas.DataFrame
        A row for each text: ``id``, ``language`` and, where they are known, ``group`` and
        ``label``.
    class_names : sequence of str
        One for each explained class.

    Returns
    -------
    pandas.DataFrame
        ``text_id, group, language, label, position, token, is_special``, and for each class
        ``value_<class>`` and ``base_<class>``.
    """
    lengths = [len(v) for v in explanation.values]
    columns = [name for name in ("id", "group", "language", "label") if name in rows]
    per_text = {name: np.asarray(rows[name].tolist()) for name in columns}
    frame = pd.DataFrame({name: np.repeat(values, lengths) for name, values in per_text.items()})
    frame = frame.rename(columns={"id": "text_id"})
    frame["position"] = np.concatenate([np.arange(n) for n in lengths])
    frame["token"] = np.concatenate([np.asarray(d, dtype=object) for d in explanation.data])
    frame["is_special"] = np.concatenate(list(explanation.special_tokens))
    tokens = np.concatenate(list(explanation.values))
    bases = np.repeat(explanation.base_values, lengths, axis=0)
    for kind, numbers in (("value", tokens), ("base", bases)):
        for name, column in zip(class_names, numbers.T, strict=True):
            frame[f"{kind}_{name}"] = column
    return frame


def explanation_from_frame(frame: pd.DataFrame) -> shap.Explanation:
    """Return the explanation that a frame of ``explanation_frame`` was made from.

    Text order is that of the frame. The hierarchy over groups of tokens is not in the frame, so
    text plots show single tokens.

    Parameters
    ----------
    frame : pandas.DataFrame

    Returns
    -------
    shap.Explanation
    """
    names = [c.removeprefix("value_") for c in frame.columns if c.startswith("value_")]
    texts = [text for _, text in frame.groupby("text_id", sort=False)]
    explanation = shap.Explanation(
        values=objects([text[[f"value_{n}" for n in names]].to_numpy(float) for text in texts]),
        base_values=np.stack(
            [text[[f"base_{n}" for n in names]].to_numpy(float)[0] for text in texts]
        ),
        data=objects([text["token"].to_numpy(str) for text in texts]),
        feature_names=[[t.strip() for t in text["token"]] for text in texts],
        output_names=names,
    )
    explanation.special_tokens = objects([text["is_special"].to_numpy(bool) for text in texts])
    return explanation


def token_values(frame: pd.DataFrame, class_names: Sequence[str]) -> pd.DataFrame:
    """Return the SHAP values of a frame without its texts, so that they can be published.

    Parameters
    ----------
    frame : pandas.DataFrame
        From `explanation_frame`, with ``group``.
    class_names : sequence of str
        Label names, in label order.

    Returns
    -------
    pandas.DataFrame
        ``text, group, language, label, position, class, value`` (float32): a row for each token
        and class, and for each text and class one at position -1 with the base value. ``label``
        and ``class`` are codes.

    Examples
    --------
    >>> tokens = pd.DataFrame({"text_id": ["a", "a"], "group": ["a", "a"], "language": ["fr", "fr"],
    ...     "label": [0, 0], "position": [0, 1], "value_no": [0.1, 0.2], "base_no": [0.5, 0.5]})
    >>> values = token_values(tokens, ["no"])
    >>> values["position"].tolist(), values["value"].astype(float).round(3).tolist()
    ([-1, 0, 1], [0.5, 0.1, 0.2])
    """
    about = ["text_id", "group", "language", "label", "position"]
    bases = frame.drop_duplicates("text_id").assign(position=-1)
    parts = []
    for code, name in enumerate(class_names):
        for rows, column in ((bases, f"base_{name}"), (frame, f"value_{name}")):
            part = rows[about].rename(columns={"text_id": "text"})
            part["class"], part["value"] = code, rows[column]
            parts.append(part)
    width = code_type(max(len(class_names), int(frame["label"].max()) + 1))
    types = {"label": width, "position": "int16", "class": width, "value": "float32"}
    values = pd.concat(parts).astype(types)
    return values.sort_values(["text", "class", "position"], ignore_index=True)


def code_type(classes: int) -> Literal["int8", "int16"]:
    """Return the smallest type of whole numbers that holds the codes of so many classes.

    Examples
    --------
    >>> code_type(5), code_type(128), code_type(129)
    ('int8', 'int8', 'int16')
    """
    return "int8" if classes <= 128 else "int16"


def stratified_sample(frame: pd.DataFrame, n: int, *, seed: int = 0) -> pd.DataFrame:
    """Return ``n`` rows with every language, and every label in it, at its share.

    Parameters
    ----------
    frame : pandas.DataFrame
        With a column ``language`` and, optionally, ``label``.
    n : int
        Rows to draw; all of them where there are no more.
    seed : int

    Returns
    -------
    pandas.DataFrame
        In the order of ``frame``.

    Raises
    ------
    CompanionError
        If ``n`` is below 1.

    Examples
    --------
    >>> texts = pd.DataFrame({"language": ["fr"] * 6 + ["en"] * 3})
    >>> stratified_sample(texts, 3)["language"].tolist()
    ['fr', 'fr', 'en']
    """
    if n < 1:
        raise CompanionError(f"n: {n}; allowed is a whole number of at least 1")
    if n >= len(frame):
        return frame
    strata = [c for c in ("language", "label") if c in frame.columns]
    order = np.random.default_rng(seed).permutation(len(frame))
    # A row's place within its stratum, as a share of the stratum: the n lowest are a sample in
    # which each stratum has its share, to the row.
    cells = frame[strata].iloc[order].reset_index(drop=True).groupby(strata, sort=True)
    place = (cells.cumcount() + 0.5) / cells[strata[0]].transform("size")
    chosen = order[np.argsort(place.to_numpy(), kind="stable")[:n]]
    return frame.iloc[np.sort(chosen)]
