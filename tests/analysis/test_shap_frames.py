"""SHAP values as rows of a table."""

import pandas as pd

from helpers.analysis.shap_frames import token_values


def test_codes_of_many_classes_keep_their_number():
    names = [f"c{number}" for number in range(150)]
    tokens = pd.DataFrame(
        {"text_id": ["a"], "group": ["a"], "language": ["fr"], "label": [140], "position": [0]}
        | {f"{kind}_{name}": [0.1] for name in names for kind in ("value", "base")}
    )
    values = token_values(tokens, names)
    assert sorted(values["class"].unique()) == list(range(150))
    assert set(values["label"]) == {140}
    few = token_values(tokens.assign(label=2), names[:3])
    assert few["class"].dtype == few["label"].dtype == "int8"
