"""The claims, the rules of a verdict, and the verdicts on the paper's own tables."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.statistics import over_seeds
from helpers.report import claims as c
from helpers.report import results
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.counted import Counted
from helpers.report.paper_side import paper_side
from results_by_hand import as_in_the_paper

BY_ID = {claim.id: claim for claim in CLAIMS}
numbers = st.floats(-1, 1)
regions = st.builds(
    lambda low, width, one_sided: c.Region(low=low, high=low + width, one_sided=one_sided),
    st.sampled_from([-math.inf, -0.1, 0.0]),
    st.sampled_from([0.2, math.inf]),
    st.booleans(),
).filter(lambda region: region.high > region.low)


# --- the rules ------------------------------------------------------------------------------


@given(numbers, numbers)
def test_a_difference_holds_where_its_interval_excludes_0_on_the_claimed_side(a, b):
    low, high = sorted((a, b))
    expected = c.HOLDS if low > 0 else c.FAILS if high < 0 else c.UNKNOWN
    assert c.Region(low=0).verdict(low, high) == expected
    assert c.Region(high=0).verdict(-high, -low) == expected


@given(numbers, numbers, st.floats(0.01, 0.5))
def test_sameness_holds_where_the_interval_lies_inside_the_margin(a, b, margin):
    low, high = sorted((a, b))
    verdict = c.Region(low=-margin, high=margin).verdict(low, high)
    assert (verdict == c.HOLDS) == (low > -margin and high < margin)
    assert (verdict == c.FAILS) == (low > margin or high < -margin)


@given(st.lists(numbers, min_size=2, max_size=6), regions)
def test_p_values_and_intervals_give_one_verdict(values, region):
    mean = over_seeds(values)
    holds, fails = region.p_values(mean)
    by_p = c.HOLDS if holds < c.LEVEL else c.FAILS if fails < c.LEVEL else c.UNKNOWN
    if abs(min(holds, fails) - c.LEVEL) > 1e-6 and mean.error > 1e-6:
        assert by_p == region.verdict(*mean.interval(region.confidence))


def test_without_an_interval_nothing_can_be_told():
    for region in (c.Region(low=0), c.Region(high=0), c.Region(low=-0.1, high=0.1)):
        assert region.verdict(math.nan, math.nan) == c.UNKNOWN


def test_a_one_sided_rule_gives_each_bound_95_percent():
    values = [0.004, -0.003, 0.002, -0.009]
    mean = over_seeds(values)
    low = mean.interval(0.9)[0]
    no_harm = c.Region(low=-0.01, one_sided=True)
    assert mean.interval()[0] < -0.01 < low  # two-sided, it could not be told
    assert no_harm.verdict(*mean.interval(no_harm.confidence)) == c.HOLDS


def test_regions_in_words():
    assert str(c.Region(low=-0.01, one_sided=True)) == "above −0.01, one-sided"
    assert str(c.Region(low=-0.02, high=0.02)) == "within ±0.02"
    assert str(c.Region(low=0.5, high=0.7)) == "between 0.5 and 0.7"


def test_a_region_with_two_ends_has_a_margin_and_an_outside_on_both_sides():
    region = c.Region(low=0.5, high=0.7)
    assert region.margin == pytest.approx(0.1)
    assert [region.holds_for(value) for value in (0.4, 0.6, 0.8)] == [False, True, False]
    assert c.Region(low=0.5).margin is None


# --- the list -------------------------------------------------------------------------------


def test_there_are_enough_claims_and_each_is_whole():
    assert len(CLAIMS) >= 50
    assert len(BY_ID) == len(CLAIMS)
    sections = {claim.section for claim in CLAIMS}
    assert {"abstract", "4.1", "4.2", "4.3", "4.4", "A.2", "A.3", "A.4"} <= sections
    for claim in CLAIMS:
        assert claim.statement and claim.place and claim.quantity.words
        assert not (claim.figure_only and claim.paper)


def test_claims_of_one_test_share_one_quantity():
    words = {}
    for claim in CLAIMS:
        words.setdefault((claim.quantity.words, claim.quantity.ruler.name), set()).add(
            claim.quantity
        )
    assert all(len(found) == 1 for found in words.values())
    assert BY_ID["abstract/performance"].test == BY_ID["4.1/accuracy"].test


def test_headlines_are_claims_each_with_a_test_of_its_own():
    assert set(HEADLINES) <= set(BY_ID)
    assert len({BY_ID[name].test for name in HEADLINES}) == len(HEADLINES)


def test_what_the_plan_fixes():
    assert BY_ID["abstract/performance"].quantity.ruler.smallest_effect == 0.01
    assert BY_ID["4.4/accuracy-left"].region == c.Region(low=-0.01, high=0.01)
    assert BY_ID["4.4/almost-on-par"].region == c.Region(high=0, one_sided=True)
    for name in ("A.3/no-harm-balanced", "A.3/no-harm-imbalanced"):
        assert BY_ID[name].region == c.Region(low=-0.01, one_sided=True)
    for side in ("over", "under"):
        assert BY_ID[f"4.4/neutral-minimal-{side}"].region == c.Region(low=-0.02, high=0.02)
    assert BY_ID["A.4/neutral-share"].region == c.Region(low=0.5, high=0.7)


def test_xlmr_s_claims_read_models_with_masked_input_entropy():
    given = as_in_the_paper(model="xlmr")
    plain = {key: frame for key, frame in given.predictions.items() if "+" not in key[0]}
    without = type(given)(**{**vars(given), "predictions": plain})
    claim = BY_ID["A.2/accuracy"]
    assert Counted(given).values(claim.quantity).by_seed.keys() == {0, 1, 2}
    assert Counted(without).values(claim.quantity).by_seed == {}


# --- the paper's own tables -----------------------------------------------------------------


@pytest.fixture(scope="module")
def lenders():
    found = [Counted(each) for each in results.published()]
    assert {each.dataset for each in found} >= {"multiemo", "xnli_7500"}
    return found


@pytest.fixture(scope="module")
def three_seeds():
    """Seeds 0 to 2, which stay what they are when others are added."""
    return [
        Counted(each.without([("", seed) for seed in each.seeds if seed > 2]))
        for each in results.published()
    ]


def test_a_printed_number_is_judged_by_a_mean_of_both_sources(lenders):
    side = paper_side(BY_ID["4.4/identification"], lenders)
    values = {number.printed.place: number.printed.value for number in side.numbers}
    assert values == pytest.approx(
        {
            "Table 4, Amazon reviews": -0.1075,
            "Table 4, XNLI": -0.2815,
            "Table 7, Amazon reviews": -0.105,
            "Table 7, XNLI": -0.2455,
        }
    )
    # The cell on the other side refutes nothing by itself, and is listed.
    assert side.verdict != c.FAILS
    cells = {one.printed.place: one for one in side.exceptions}
    odd = cells["Table 7, Amazon reviews, test set"]
    assert odd.printed.value == pytest.approx(0.031)
    assert odd.verdict == BY_ID["4.4/identification"].region.verdict(
        odd.printed.value - odd.margin, odd.printed.value + odd.margin
    )


def test_the_margin_is_borrowed_from_the_same_quantity_and_task(three_seeds):
    side = paper_side(BY_ID["4.1/accuracy"], three_seeds)
    numbers = {number.printed.place: number for number in side.numbers}
    # t(2) = 4.303; XNLI-7500's falls are 1.2, 2.2 and 1.0 points, MultiEmo's 5.6, 2.5 and 3.2.
    xnli, amazon = numbers["Table 3, XNLI"], numbers["Table 3, Amazon reviews"]
    assert (xnli.lender, amazon.lender) == ("xnli_7500", "multiemo")
    assert xnli.margin == pytest.approx(0.030, abs=0.001)
    assert amazon.margin == pytest.approx(0.081, abs=0.001)
    assert {xnli.verdict, amazon.verdict} == {c.UNKNOWN}


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("abstract/separation", "holds"),
        ("4.1/contradiction", "holds"),
        ("4.2/test", "holds"),
        ("A.2/separation", "holds"),
        ("4.4/almost-on-par", "does not hold"),
        ("abstract/performance", "cannot be told"),
        ("4.1/follows-the-skew", "cannot be told"),
        ("A.3/no-harm-balanced", "cannot be told"),
        ("4.3/positive", "figure only"),
    ],
)
def test_verdicts_on_the_paper_s_tables_with_three_seeds_spread(claim, verdict, three_seeds):
    assert paper_side(BY_ID[claim], three_seeds).verdict == verdict


def test_on_par_and_label_4_are_exceptions(three_seeds):
    def exceptions(claim):
        return {one.printed.place for one in paper_side(BY_ID[claim], three_seeds).exceptions}

    assert "Table 4, Amazon reviews, test set" in exceptions("4.4/almost-on-par")
    assert {"Table 2a, 2", "Table 2a, 4"} <= exceptions("4.1/reviews")


def test_the_slope_is_no_number_of_the_paper_s():
    # It prints no balanced predictions: the quantity is a difference.
    assert BY_ID["4.1/follows-the-skew"].paper == ()


def test_with_nothing_to_borrow_nothing_can_be_told():
    side = paper_side(BY_ID["abstract/separation"], [])
    assert side.verdict == c.UNKNOWN
    assert all(math.isnan(number.margin) for number in side.numbers)
