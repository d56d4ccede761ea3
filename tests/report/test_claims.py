import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.quantities import RunResults
from helpers.report import claims as c
from helpers.report.claim_list import CLAIMS
from results_by_hand import LABELS, SKEW, as_in_the_paper

BY_ID = {claim.id: claim for claim in CLAIMS}
numbers = st.floats(-1, 1)


# --- the rules ------------------------------------------------------------------------------


@given(numbers, numbers)
def test_a_difference_holds_where_its_interval_excludes_0_on_the_claimed_side(a, b):
    low, high = sorted((a, b))
    expected = c.HOLDS if low > 0 else c.FAILS if high < 0 else c.UNKNOWN
    assert c.Comparison("above").verdict(low, high) == expected
    assert c.Comparison("below").verdict(-high, -low) == expected


@given(numbers, numbers, st.floats(0.01, 0.5))
def test_sameness_holds_where_the_interval_lies_inside_the_margin(a, b, margin):
    low, high = sorted((a, b))
    verdict = c.Comparison("within", margin).verdict(low, high)
    assert (verdict == c.HOLDS) == (low >= -margin and high <= margin)
    assert (verdict == c.FAILS) == (low > margin or high < -margin)


def test_without_an_interval_nothing_can_be_told():
    for kind in ("above", "below", "within"):
        assert c.Comparison(kind, 0.1).verdict(math.nan, math.nan) == c.UNKNOWN


# --- the paper's own tables -----------------------------------------------------------------


def test_there_are_enough_claims_and_each_is_whole():
    assert len(CLAIMS) >= 20
    assert len(BY_ID) == len(CLAIMS)
    sections = {claim.section for claim in CLAIMS}
    assert {"abstract", "4.1", "4.2", "4.3", "4.4", "A.2", "A.3", "A.4"} <= sections
    for claim in CLAIMS:
        assert claim.statement and claim.place and claim.quantity
        assert claim.paper_verdict in c.VERDICTS
        assert (claim.comparison.kind == "within") == (claim.comparison.margin > 0)


def test_equal_quantities_are_one_computation():
    measures = {}
    for claim in CLAIMS:
        measures.setdefault(claim.quantity, set()).add(id(claim.measure))
    # Helpers may build a measure twice; its name and what it is built from must then be equal.
    for claim in CLAIMS:
        same = [other for other in CLAIMS if other.quantity == claim.quantity]
        built = {str(inspect_closure(other.measure)) for other in same}
        assert len(built) == 1, claim.quantity


def inspect_closure(measure):
    cells = [cell.cell_contents for cell in measure.__closure__ or ()]
    return measure.__qualname__, [cell for cell in cells if isinstance(cell, str)]


@pytest.mark.parametrize(
    ("claim", "exceptions"),
    [  # what the paper's tables say against its text
        ("4.4/identification", {"Table 7, amazon_reviews, test": 0.031}),
        ("A.2/weights-separation", {"Table 7, amazon_reviews, test": 0.031}),
        (
            "4.4/almost-on-par",  # weights close 59 % and 46 % of the gap
            {
                "Table 4, amazon_reviews, test": 1 - 0.59,
                "Table 4, amazon_reviews, external": 1 - 0.46,
            },
        ),
        ("4.1/every-label", {"Table 2a, label 2": 0.001, "Table 2a, label 4": -0.008}),
    ],
)
def test_the_exceptions_in_the_paper_s_tables_are_found(claim, exceptions):
    assert BY_ID[claim].paper_verdict == "does not hold"
    assert BY_ID[claim].paper_exceptions == pytest.approx(exceptions, abs=0.005)


@pytest.mark.parametrize(
    "claim", ["abstract/performance", "4.1/accuracy", "4.4/accuracy", "A.2/accuracy"]
)
def test_gaps_of_1_to_3_points_from_one_seed_cannot_be_told(claim):
    assert BY_ID[claim].paper_verdict == "cannot be told"
    assert BY_ID[claim].paper_exceptions == BY_ID[claim].paper_cells()


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("4.1/low-reviews", "holds"),
        ("4.1/contradiction", "holds"),
        ("4.1/follows-the-skew", "holds"),
        ("4.2/test", "holds"),
        ("4.2/external", "holds"),
        ("A.2/separation", "holds"),
        ("4.3/positive", "figure only"),
        ("A.3/base-values", "figure only"),
        ("A.3/no-harm", "cannot be told"),
    ],
)
def test_other_verdicts_on_the_paper_s_tables(claim, verdict):
    assert BY_ID[claim].paper_verdict == verdict


def test_the_paper_s_numbers_are_those_of_its_tables():
    cells = BY_ID["abstract/performance"].paper_cells()
    assert cells["Table 3, xnli"] == pytest.approx(0.783 - 0.810)
    assert BY_ID["4.1/contradiction"].paper_cells() == pytest.approx(
        {"Table 2b, label contradiction": 0.411 - 0.281}
    )
    frame = c.paper_frame(CLAIMS)
    assert frame["id"].tolist() == [claim.id for claim in CLAIMS]


# --- our results ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def evaluated():
    return c.evaluate(CLAIMS, [as_in_the_paper()]).set_index("id")


def test_results_as_the_paper_claims_them_bear_its_claims_out(evaluated):
    about_it = [claim.id for claim in CLAIMS if claim.concerns(as_in_the_paper([0]))]
    sure = [name for name in about_it if name != "A.4/lower-threshold"]
    verdicts = evaluated.loc[sure, "verdict"]
    assert verdicts[verdicts != "holds"].to_dict() == {}
    assert evaluated.loc["A.4/lower-threshold", "verdict"] == "does not hold"  # a third is neutral


def test_a_claim_about_another_task_or_model_cannot_be_told(evaluated):
    for name in ("4.1/low-reviews", "A.2/accuracy"):
        assert evaluated.loc[name, "verdict"] == "cannot be told"
        assert evaluated.loc[name, "method"] == "about another data set or model"
        assert math.isnan(evaluated.loc[name, "estimate"])
    xlmr = c.evaluate(CLAIMS, [as_in_the_paper(model="xlmr")]).set_index("id")
    assert xlmr.loc["A.2/accuracy", "verdict"] == "holds"


def test_reversed_results_refute_the_claims():
    given = as_in_the_paper()
    swap = {"balanced": "imbalanced", "imbalanced": "balanced"}
    turned = dataclasses.replace(
        given,
        predictions={(swap.get(s, s), k): frame for (s, k), frame in given.predictions.items()},
        identification={(swap.get(s, s), k): one for (s, k), one in given.identification.items()},
        shap_difference={},
    )
    found = c.evaluate(CLAIMS, [turned]).set_index("id")
    for name in ("4.1/accuracy", "4.1/follows-the-skew", "4.2/test", "abstract/separation"):
        assert found.loc[name, "verdict"] == "does not hold", name
    assert found.loc["4.3/positive", "method"] == "no result"


def test_one_seed_tells_what_rows_can_tell():
    found = c.evaluate(CLAIMS, [as_in_the_paper([0])]).set_index("id")
    assert found.loc["4.1/accuracy", "verdict"] == "holds"
    assert found.loc["4.2/test", "verdict"] == "cannot be told"
    assert found.loc["4.2/test", "estimate"] == pytest.approx(0.4, abs=0.03)
    assert found.loc["4.1/accuracy", "seeds"] == 1


def test_holm_runs_over_the_different_quantities_of_one_result(evaluated):
    tested = evaluated[evaluated["p_value"].notna()]
    assert (tested["p_holm"] >= tested["p_value"] - 1e-12).all()
    distinct = tested.drop_duplicates("quantity")
    smallest = distinct["p_value"].idxmin()
    assert tested.loc[smallest, "p_holm"] == pytest.approx(
        min(1, tested.loc[smallest, "p_value"] * len(distinct))
    )
    assert evaluated.loc["4.4/almost-on-par", ["p_value", "p_holm"]].isna().all()
    one, other = (evaluated.loc[name] for name in ("abstract/performance", "4.1/accuracy"))
    assert one["p_holm"] == other["p_holm"]


def test_records_are_json_with_what_a_reader_needs():
    nothing = RunResults(dataset="multiemo", model="e5_small", labels=LABELS, skew=SKEW)
    records = c.as_records(CLAIMS, [as_in_the_paper(), nothing])
    again = json.loads(json.dumps(records, allow_nan=False))
    assert len(again) == len(CLAIMS)
    for record in again:
        assert {"id", "section", "quantity", "paper_verdict", "datasets"} <= set(record)
        for found in record["datasets"].values():
            assert {"estimate", "ci_low", "ci_high", "seeds", "n", "verdict"} <= set(found)
            assert found["verdict"] in c.VERDICTS[:3]
    accuracy = next(record for record in again if record["id"] == "4.1/accuracy")
    assert accuracy["datasets"]["multiemo"]["estimate"] is None
    assert set(accuracy["datasets"]["xnli_7500"]["per_seed"]) == {"0", "1", "2"}
    assert np.isfinite(accuracy["datasets"]["xnli_7500"]["ci_low"])


def test_no_results_at_all():
    assert c.evaluate(CLAIMS, []).empty
    assert c.as_records(CLAIMS, [])[0]["datasets"] == {}
