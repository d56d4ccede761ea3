import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress, spearmanr

import results_by_hand
from helpers.analysis.paired_shap import paired_differences, paired_separation
from helpers.analysis.token_rules import (
    GRADIENTS,
    SHAP_TOKENS,
    attribution_agreement,
    neutral_separation,
    quantile_threshold,
    rank_agreement,
    value_slopes,
)

SEEDS = (0, 1, 2)
TEXTS = 40


def tokens(seed, *, scale=1.0, shift=0.0):
    """Values of eight tokens a text: what they are worth, scaled, with noise; over-represented
    classes gain ``shift`` on every token."""
    worth = np.random.default_rng(99).normal(0, 0.05, (TEXTS, 3, 8))
    noise = np.random.default_rng(seed).normal(0, 0.004, worth.shape)
    rows = []
    for text in range(TEXTS):
        language = ("fr", "en")[text % 2]
        for code in range(3):
            over = {("fr", 0): 1, ("en", 2): 1, ("fr", 2): -1, ("en", 0): -1}
            side = over.get((language, code), 0)
            numbers = scale * worth[text, code] + noise[text, code] + shift * side
            for position, value in enumerate([0.3, *numbers], start=-1):
                rows.append((f"t{text}", f"g{text}", language, 0, position, code, value))
    columns = ["text", "group", "language", "label", "position", "class", "value"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def results():
    kept = {
        **{("balanced", k): tokens(k) for k in SEEDS},
        **{("imbalanced", k): tokens(10 + k, scale=0.7, shift=0.02) for k in SEEDS},
    }
    made = results_by_hand.as_in_the_paper(SEEDS)
    paired = paired_differences(kept, labels=made.labels, threshold=0.01)
    return dataclasses.replace(
        made,
        shap_difference={**made.shap_difference, **paired},
        files={SHAP_TOKENS: kept, GRADIENTS: kept},
    )


def test_a_quantile_makes_its_share_of_the_tokens_neutral():
    frames = [tokens(k) for k in SEEDS]
    at = quantile_threshold(frames)
    mean = np.mean([frame["value"] for frame in frames], axis=0)[frames[0]["position"] >= 0]
    assert (np.abs(mean) <= at).mean() == pytest.approx(0.6, abs=0.01)


def test_at_the_paper_s_threshold_it_is_the_paired_difference(results):
    for seed in SEEDS:
        ours = neutral_separation("imbalanced", threshold=0.01)(results, seed)
        assert ours == paired_separation("imbalanced", "neutral")(results, seed)


def test_what_was_put_in_is_found_by_quantile_and_in_other_values(results):
    # Each neutral token of an over-represented class gains .02, of the other loses it.
    for file in (SHAP_TOKENS, GRADIENTS):
        found = neutral_separation("imbalanced", file=file)(results, 1)
        assert found.n == TEXTS
        assert found.value == pytest.approx(2 * 0.02 * 0.6 * 8, rel=0.1)
    alone = dataclasses.replace(
        results,
        files={SHAP_TOKENS: {key: v for key, v in results.files[SHAP_TOKENS].items() if key[1]}},
    )
    assert neutral_separation("imbalanced")(alone, 1) is None  # one other seed is too few


def test_slopes_equal_a_regression_and_show_what_is_left(results):
    found = value_slopes(results, "imbalanced", 1)
    assert found["represented"].value_counts().to_dict() == {"over": 2, "under": 2}
    row = found[(found["language"] == "fr") & (found["class"] == "no")].iloc[0]
    assert row["represented"] == "over"
    kept = results.files[SHAP_TOKENS]

    def chosen(key):
        frame = kept[key]
        wanted = (frame["language"] == "fr") & (frame["class"] == 0) & (frame["position"] >= 0)
        return frame.loc[wanted, "value"].to_numpy()

    worth = (chosen(("balanced", 0)) + chosen(("balanced", 2))) / 2
    assert row["slope"] == pytest.approx(linregress(worth, chosen(("imbalanced", 1))).slope)
    assert row["balanced"] == pytest.approx(linregress(worth, chosen(("balanced", 1))).slope)
    change = (found["slope"] - found["balanced"]).groupby(found["represented"]).mean()
    assert change.to_dict() == pytest.approx({"over": -0.3, "under": -0.3}, abs=0.02)


def test_rank_agreement_equals_scipy_s_and_leaves_special_tokens_out(results):
    one, other = tokens(0), tokens(5, scale=0.2)
    one.loc[one["position"].isin([0, 7]), "value"] = 0.0
    found = rank_agreement(one, other)
    assert len(found) == TEXTS * 3

    def inner(frame):
        rows = frame[(frame["text"] == "t3") & (frame["class"] == 2)]
        return rows[rows["position"].between(1, 6)]["value"]

    expected = spearmanr(inner(one), inner(other)).statistic
    assert found["t3", 2] == pytest.approx(expected)
    assert attribution_agreement("imbalanced")(results, 0).value == pytest.approx(1)
