"""The shares of A.4 have one definition in the table, the figure and the verdict."""

import numpy as np
import pytest

from helpers import book
from helpers.analysis.quantities import values_by_seed
from helpers.analysis.shap_quantities import token_share
from helpers.report import shap_frames
from helpers.report.results import collect


def test_the_published_shares_are_those_of_the_verdict():
    listed = [each for each in book.experiments("embedded") if each.dataset == "multiemo"]
    (results,) = collect(listed)
    shares = shap_frames.token_shares(listed)
    at = shares[np.isclose(shares["threshold"], 0.01)].set_index("category")["share"]
    for category in ("negative", "neutral", "positive"):
        judged = values_by_seed(results, token_share("imbalanced", category)).by_seed
        assert at[category] == pytest.approx(np.mean(list(judged.values())), abs=1e-9)
    assert at["neutral"] == pytest.approx(0.611, abs=0.02)  # 0.504 as a mean over texts
