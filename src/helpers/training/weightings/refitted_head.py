"""The linear layer fitted anew on the fine-tuned encoder's features (Kang et al., ICLR 2020).

Features are learned from the rows as they are; then the layer that reads them is replaced by a
logistic regression in which every cell of language and label weighs as much as every other.
"""

from typing import TYPE_CHECKING, Any

from helpers.foundation.setups import Weighting

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_C = 1.0


def _correct(model: Any, features: "np.ndarray", rows: "pd.DataFrame") -> None:
    import numpy as np
    import torch
    from sklearn.linear_model import LogisticRegression

    from helpers.training.class_weights import row_weights

    weights = row_weights(rows["language"], rows["label"])
    fitted = LogisticRegression(C=_C, max_iter=2000)
    fitted.fit(features, rows["label"], sample_weight=weights)
    coefficients, intercepts = fitted.coef_, fitted.intercept_
    if len(intercepts) == 1:  # two labels have one logit: what the second has over the first
        coefficients = np.concatenate([-coefficients / 2, coefficients / 2])
        intercepts = np.concatenate([-intercepts / 2, intercepts / 2])
    with torch.no_grad():
        model.head.weight.copy_(torch.from_numpy(coefficients))
        model.head.bias.copy_(torch.from_numpy(intercepts))


WEIGHTING = Weighting(
    name="refitted_head",
    order=80,
    label="refitted head",
    colour="#8a8a8a",
    marker="h",
    source="Kang et al. (2020)",
    settings={"C": _C},
    correct=_correct,
)
