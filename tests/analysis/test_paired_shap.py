"""Tokens sorted by other seeds, compared within one seed."""

import numpy as np
import pandas as pd
import pytest

from helpers.analysis.paired_shap import (
    paired_difference,
    paired_differences,
    paired_separation,
    paired_shap_difference,
)
from helpers.analysis.quantities import RunResults
from helpers.analysis.shap_difference import cumulative_difference
from helpers.analysis.shap_simulation import equal_models
from helpers.foundation.errors import CompanionError
from results_by_hand import LABELS, SKEW

TEXTS = [("t0", "g0", "fr"), ("t1", "g0", "en"), ("t2", "g1", "fr"), ("t3", "g2", "en")]


def token_values(seed, *, add=None, length=6):
    """SHAP values of four texts; ``add`` maps (language, class) to what each token gets more."""
    generator = np.random.default_rng(seed)
    rows = []
    for text, group, language in TEXTS:
        for code in range(len(LABELS)):
            more = (add or {}).get((language, code), 0.0)
            for position in range(-1, length):
                mean = 0.0 if position < 2 else 0.1 * (-1) ** position
                value = mean + generator.normal(0, 0.001) + (more if position >= 0 else 0)
                rows.append((text, group, language, 0, position, code, value))
    columns = ["text", "group", "language", "label", "position", "class", "value"]
    return pd.DataFrame(rows, columns=columns).astype({"value": "float32"})


def as_explanation(frame):
    import shap

    texts = [text for text, _, _ in TEXTS]
    wide = frame.pivot(index=["text", "position"], columns="class", values="value").astype(float)
    values = np.empty(len(texts), dtype=object)
    values[:] = [wide.loc[text].loc[0:].to_numpy() for text in texts]
    base = np.stack([wide.loc[text].loc[-1].to_numpy() for text in texts])
    return shap.Explanation(values, base)


def test_sorted_by_the_balanced_model_itself_it_is_the_paper_s_difference():
    model, balanced = token_values(1), token_values(2)
    found = paired_difference(model, balanced, [balanced, balanced])
    expected = cumulative_difference(
        as_explanation(balanced), as_explanation(model), languages=[row[2] for row in TEXTS]
    )
    found = found.set_index(["text", "class", "category"])
    expected["text"] = [TEXTS[number][0] for number in expected["text"]]
    expected["class"] = [int(name.removeprefix("Output ")) for name in expected["class"]]
    expected = expected.set_index(["text", "class", "category"]).reindex(found.index)
    np.testing.assert_allclose(found["difference"], expected["difference"], atol=1e-12)
    assert found["n_tokens"].tolist() == expected["n_tokens"].tolist()
    assert (found["group"].groupby("text").first()["t1"]) == "g0"


def test_the_seed_s_own_values_sort_nothing():
    model, others = token_values(1), [token_values(3), token_values(4)]
    plain = paired_difference(model, token_values(2), others)
    flipped = token_values(2).assign(value=lambda rows: -rows["value"])
    counts = ["text", "class", "category", "n_tokens"]
    pd.testing.assert_frame_equal(plain[counts], paired_difference(model, flipped, others)[counts])


def test_rows_in_another_order_change_nothing_and_other_tokens_are_refused():
    model, balanced, others = token_values(1), token_values(2), [token_values(3), token_values(4)]
    shuffled = model.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(
        paired_difference(model, balanced, others), paired_difference(shuffled, balanced, others)
    )
    with pytest.raises(CompanionError, match="not of the same texts and tokens"):
        paired_difference(token_values(1, length=5), balanced, others)
    with pytest.raises(CompanionError, match="threshold: -1"):
        paired_difference(model, balanced, others, threshold=-1)


def test_it_needs_two_other_balanced_models_of_the_same_variant():
    def tokens(*seeds, variant=""):
        return {
            (setup + variant, k): token_values(10 * k + n)
            for k in seeds
            for n, setup in enumerate(("balanced", "imbalanced"))
        }

    assert paired_difference(token_values(1), token_values(2), [token_values(3)]) is None
    assert paired_differences(tokens(3, 4), labels=LABELS) == {}
    found = paired_differences(tokens(3, 4, 5) | tokens(3, 4, variant="+mie=1"), labels=LABELS)
    assert sorted(found) == [("imbalanced@paired", k) for k in (3, 4, 5)]
    missing = {key: rows for key, rows in tokens(3, 4, 5, 6).items() if key != ("balanced", 4)}
    assert ("imbalanced@paired", 4) not in paired_differences(missing, labels=LABELS)
    assert set(found["imbalanced@paired", 3]["class"]) == set(LABELS)


def test_the_quantities_find_what_neutral_tokens_gained_by_side():
    # "no" is over-represented in French, "yes" in English; six tokens, of which two are neutral.
    add = {("fr", 0): 0.02, ("en", 2): 0.02, ("en", 0): -0.01, ("fr", 2): -0.01}
    tokens = {
        (setup, k): token_values(100 * k + n, add=add if n else None)
        for k in range(4)
        for n, setup in enumerate(("balanced", "imbalanced"))
    }
    results = RunResults(
        dataset="xnli_7500",
        model="e5_small",
        labels=LABELS,
        skew=SKEW,
        shap_difference=paired_differences(tokens, labels=LABELS),
    )
    over, under, both = (
        paired_shap_difference("imbalanced", "neutral", side)(results, 2)
        for side in ("over", "under", "all")
    )
    assert over.value == pytest.approx(0.04, abs=0.003)
    assert under.value == pytest.approx(-0.02, abs=0.003)
    assert both.value == pytest.approx((over.value + under.value) / 2)
    assert over.n == len(TEXTS)
    separation = paired_separation("imbalanced", "neutral")(results, 2)
    assert separation.value == pytest.approx(over.value - under.value)
    assert paired_separation("imbalanced_cw", "neutral")(results, 2) is None
    assert paired_separation("imbalanced", "neutral")(results, 9) is None


def test_between_equal_models_the_paper_s_difference_moves_and_the_paired_one_does_not():
    generator = np.random.default_rng(3)
    measured = generator.laplace(0, 0.03, size=(300, 1)) + generator.normal(0, 0.02, size=(300, 3))
    found = equal_models(measured, seeds=5, texts=60, tokens=10, studies=150, seed=1)
    means = found.pivot(index="quantity", columns="category", values="mean")
    covered = found.pivot(index="quantity", columns="category", values="coverage")
    assert (
        means.loc["the paper's", "positive"] < -0.01 < 0.01 < means.loc["the paper's", "negative"]
    )
    assert covered.loc["the paper's", "positive"] < 0.6
    for quantity in ("paired", "the paper's, minus its null"):
        assert means.loc[quantity].abs().max() < 0.003
        assert covered.loc[quantity].between(0.85, 1).all()


def test_the_simulation_says_what_it_needs():
    with pytest.raises(CompanionError, match="at least 3"):
        equal_models(np.zeros((5, 3)), seeds=2)
    with pytest.raises(CompanionError, match="at least two models"):
        equal_models(np.zeros((5, 1)), seeds=3)
