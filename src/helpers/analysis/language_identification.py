"""How identifiable the languages are in the latent space (paper, sections 2.2 and 4.2).

A probe is a logistic regression from the first-token feature to the language, scored in five folds.
Folds are stratified by language and never split a group: translations of one source row would
otherwise lie on both sides, and bias the score down where languages are least separate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from helpers.analysis.calibration import calibration_error
from helpers.foundation.errors import CompanionError

_MAX_ITERATIONS = 2000


@dataclass(frozen=True)
class ProbeResult:
    """Out-of-fold scores of one probe.

    ``accuracy`` is the mean over the folds, ``confidence`` the mean probability of the language
    that is predicted.
    """

    accuracy: float
    fold_accuracy: tuple[float, ...]
    macro_f1: float
    log_loss: float
    confidence: float
    calibration_error: float
    accuracy_by_language: Mapping[str, float]


def probe(
    features: npt.ArrayLike,
    languages: Sequence[str] | pd.Series,
    *,
    groups: Sequence[Any] | pd.Series | None = None,
    C: float = 1.0,
    folds: int = 5,
    seed: int = 0,
    standardised: bool = False,
) -> ProbeResult:
    """Identify the language of texts from their features, by cross-validation.

    Parameters
    ----------
    features : array, shape (n, d)
        One first-token feature per text.
    languages : sequence of str
        The texts' languages.
    groups : sequence, optional
        Texts of one group stay in one fold (translations, shared premises).
    C : float
        Inverse strength of scikit-learn's L2 penalty. It multiplies a sum over the rows, so equal
        values mean less penalty on more rows.
    folds : int
        Number of folds.
    seed : int
        Shuffles the folds.
    standardised : bool
        Standardise each feature within the training folds: free of the features' scale.

    Returns
    -------
    ProbeResult

    Raises
    ------
    CompanionError
        If the lengths differ, there is one language only, or a language has fewer groups than
        there are folds.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> features = np.concatenate([rng.normal(0, 1, (50, 3)), rng.normal(9, 1, (50, 3))])
    >>> probe(features, ["en"] * 50 + ["fr"] * 50).accuracy
    1.0
    """
    x = np.asarray(features, dtype=np.float64)
    y = np.asarray(languages)
    _check(x, y, groups, folds)
    if groups is None:
        splits = StratifiedKFold(folds, shuffle=True, random_state=seed).split(x, y)
    else:
        splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        splits = splitter.split(x, y, np.asarray(groups))
    classes = np.unique(y)
    probabilities = np.zeros((len(y), len(classes)))
    fold_accuracy = []
    for train, test in splits:
        regression = LogisticRegression(C=C, max_iter=_MAX_ITERATIONS)
        model = make_pipeline(StandardScaler(), regression) if standardised else regression
        with threadpool_limits(1):  # small products: threads that wait for each other cost more
            model.fit(x[train], y[train])
        probabilities[test] = model.predict_proba(x[test])
        fold_accuracy.append(float(model.score(x[test], y[test])))
    predicted = classes[probabilities.argmax(axis=1)]
    return ProbeResult(
        accuracy=float(np.mean(fold_accuracy)),
        fold_accuracy=tuple(fold_accuracy),
        macro_f1=float(f1_score(y, predicted, average="macro")),
        log_loss=float(log_loss(y, probabilities, labels=classes)),
        confidence=float(probabilities.max(axis=1).mean()),
        calibration_error=calibration_error(probabilities, predicted == y),
        accuracy_by_language={
            str(language): float(accuracy_score(y[y == language], predicted[y == language]))
            for language in classes
        },
    )


def _check(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[Any],
    groups: Sequence[Any] | pd.Series | None,
    folds: int,
) -> None:
    if x.ndim != 2 or len(x) != len(y) or (groups is not None and len(groups) != len(y)):
        raise CompanionError(
            f"features, languages and groups need one row per text: got features of shape "
            f"{x.shape}, {len(y)} languages"
            + (f" and {len(groups)} groups" if groups is not None else "")
        )
    found = np.unique(y)
    if len(found) < 2:
        raise CompanionError(
            f"language identification needs two languages at least, got {found.tolist()}"
        )
    units = np.arange(len(y)) if groups is None else np.asarray(groups)
    for language in found:
        distinct = len(np.unique(units[y == language]))
        if distinct < folds:
            raise CompanionError(
                f"language {str(language)!r} has {distinct} groups of texts: {folds} folds need "
                f"{folds} at least"
            )


def probe_all(
    features: npt.ArrayLike,
    languages: Sequence[str] | pd.Series,
    *,
    groups: Sequence[Any] | pd.Series | None = None,
    paper_rows: int,
    seed: int = 0,
) -> dict[str, Any]:
    """Run the four probes of every table; the paper's text and code name different ones.

    =================  ===============================================================
    ``C=1``            scikit-learn's default, as the paper's text says
    ``C=1e-4``         the authors' code
    ``C=1e-4 scaled``  the same penalty per row as the paper's: C times its rows / ours
    ``standardised``   C = 1 on standardised features: free of their scale
    =================  ===============================================================

    Parameters
    ----------
    features, languages, groups, seed
        As in `probe`.
    paper_rows : int
        How many texts the paper's probe saw.

    Returns
    -------
    dict
        ``n``, ``languages``, ``chance`` (share of the commonest language) and ``probes``: the
        scores of each probe.
    """
    y = np.asarray(languages)
    found, counts = np.unique(y, return_counts=True)
    variants: dict[str, dict[str, Any]] = {
        "C=1": {"C": 1.0},
        "C=1e-4": {"C": 1e-4},
        "C=1e-4 scaled": {"C": 1e-4 * paper_rows / len(y)},
        "standardised": {"C": 1.0, "standardised": True},
    }
    probes = {}
    for name, options in variants.items():
        result = probe(features, languages, groups=groups, seed=seed, **options)
        probes[name] = {
            "accuracy": result.accuracy,
            "fold_accuracy": list(result.fold_accuracy),
            "macro_f1": result.macro_f1,
            "log_loss": result.log_loss,
            "calibration_error": result.calibration_error,
            "accuracy_by_language": dict(result.accuracy_by_language),
        }
    return {
        "n": len(y),
        "languages": [str(language) for language in found],
        "chance": float(counts.max() / counts.sum()),
        "probes": probes,
    }
