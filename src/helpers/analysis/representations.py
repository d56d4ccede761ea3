"""Many measures of one thing: how far apart the languages of parallel texts lie in a model.

The paper has one, the accuracy of a logistic regression on the first token of the last layer. Here
stand beside it other scores, penalties, layers and pooling, and measures that train nothing.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy.typing as npt
import pandas as pd

from helpers.analysis.description_length import control_languages, online_code
from helpers.analysis.language_identification import probe
from helpers.analysis.separation import centroid_distance, language_abx, translation_retrieval

if TYPE_CHECKING:
    from helpers.analysis.layer_features import LayerFeatures  # imports torch; pages need it not

# From next to nothing learned to a probe that is as good as free.
STRENGTHS = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2)


def representations(
    features: "LayerFeatures",
    languages: Sequence[str] | pd.Series,
    rows: Sequence[Any] | pd.Series,
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """Return every measure, for texts that are there in every language.

    Parameters
    ----------
    features : LayerFeatures
    languages, rows : sequence, length texts
        Of each text its language and its source row.
    seed : int
        Of folds, blocks and the control task.

    Returns
    -------
    dict
        ``layers``: for each, from the embeddings on, the ``scores`` of a probe at ``C = 1``;
        ``mean``: the same for the mean over tokens; ``penalties``: the last layer's scores by
        ``C``; of the last layer without a probe ``abx`` (and ``abx_by_language``),
        ``centroid_distance`` and ``retrieval``; ``description_length``: bits a text, of the
        languages, of a control task and without features.
    """

    def scores(x: npt.ArrayLike, strength: float = 1.0) -> dict[str, Any]:
        found = probe(x, languages, groups=rows, C=strength, seed=seed)
        return {
            "accuracy": found.accuracy,
            "log_loss": found.log_loss,
            "confidence": found.confidence,
            "accuracy_by_language": dict(found.accuracy_by_language),
        }

    last = features.first_token[-1]
    abx = language_abx(last, list(languages), list(rows))
    code = online_code(last, list(languages), list(rows), seed=seed)
    dealt = control_languages(list(languages), list(rows), seed=seed)
    control = online_code(last, dealt.tolist(), list(rows), seed=seed)
    return {
        "texts": len(last),
        "source_rows": len(set(rows)),
        "languages": sorted(set(languages)),
        "layers": [scores(layer) for layer in features.first_token],
        "mean": scores(features.mean),
        "penalties": {f"{strength:.0e}": scores(last, strength) for strength in STRENGTHS},
        "abx": sum(abx.values()) / len(abx),
        "abx_by_language": abx,
        "centroid_distance": centroid_distance(last, list(languages), list(rows)),
        "retrieval": translation_retrieval(last, list(languages), list(rows)),
        "description_length": {
            "bits": code.bits,
            "control_bits": control.bits,
            "uniform_bits": code.uniform_bits,
        },
    }


def separation_measures(content: Mapping[str, Any]) -> dict[str, float]:
    """Return every measure by its name, signs turned so that more is further apart.

    Parameters
    ----------
    content : mapping
        From `representations`.
    """
    last = content["penalties"]
    found = {f"accuracy, C = {strength}": last[strength]["accuracy"] for strength in last}
    found |= {f"log loss, C = {strength}": -last[strength]["log_loss"] for strength in last}
    found["confidence, C = 1"] = last["1e+00"]["confidence"]
    for number, layer in enumerate(content["layers"][:-1]):  # the last one's stand above
        found[f"log loss, layer {number}"] = -layer["log_loss"]
    found["log loss, mean over tokens"] = -content["mean"]["log_loss"]
    found["ABX"] = content["abx"]
    found["distance of centroids"] = content["centroid_distance"]
    found["translations not retrieved"] = 1 - content["retrieval"]
    found["description length"] = -content["description_length"]["bits"]
    return {name: float(value) for name, value in found.items()}


def same_order(measures: Mapping[str, float], reference: Mapping[str, float]) -> bool:
    """Say whether a measure puts setups in the same order as another does.

    Parameters
    ----------
    measures, reference : mapping of str to float
        Setup to its value.

    Examples
    --------
    >>> same_order({"one": 0.2, "two": 0.9}, {"one": -3.0, "two": 1.0})
    True
    """
    return sorted(reference, key=lambda setup: measures[setup]) == sorted(
        reference, key=lambda setup: reference[setup]
    )
