"""From results to verdicts, as `companion claims --json` shows them."""

import dataclasses
import json
import math

import numpy as np
import pytest
from scipy import stats

from helpers.analysis.quantities import Observation, Quantity, Ruler, RunResults
from helpers.report import results
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.claim_records import as_records, as_text
from helpers.report.claims import HOLDS, UNKNOWN, Claim, Region
from helpers.report.evidence import FAMILY, OTHER, adjusted, evaluate
from helpers.report.places import POOLED
from results_by_hand import (
    LABELS,
    SKEW,
    as_in_the_paper,
    identification,
    predictions,
    shap_difference,
)

BY_ID = {claim.id: claim for claim in CLAIMS}


def records_of(given, *names, claims=CLAIMS, family=HEADLINES, **options):
    claims = [BY_ID[name] for name in names] or claims
    found = evaluate(claims, given, family=family, **options)
    records = as_records(claims, found, family=list(family))
    return {record["id"]: record for record in json.loads(json.dumps(records, allow_nan=False))}


@pytest.fixture(scope="module")
def xnli():
    return as_in_the_paper()


@pytest.fixture(scope="module")
def found(xnli):
    return {name: record["datasets"]["xnli_7500"] for name, record in records_of([xnli]).items()}


def of_values(values, *, dataset="multiemo", model="e5_small"):
    """Results whose seeds have these differences of language identification, and no more."""
    scores = {}
    for seed, value in values.items():
        for setup, level in (("balanced", 0.3), ("imbalanced", 0.3 + value)):
            content = identification(0, 0.0)
            for source in content["sources"].values():
                source["probes"] = {
                    "C=1e-4": {"accuracy": level, "log_loss": 0.5},
                    "C=1": {"accuracy": 1.0, "log_loss": 1 - level},
                }
            scores[setup, seed] = content
    return RunResults(dataset=dataset, model=model, labels=LABELS, skew=SKEW, identification=scores)


SEPARATION = "abstract/separation"


def test_results_as_the_paper_claims_them_bear_its_claims_out(found):
    unsure = {"A.4/lower-threshold", "4.4/accuracy-left"}
    verdicts = {
        name: one["verdict"]
        for name, one in found.items()
        if one["estimate"] is not None and name not in unsure
    }
    assert len(verdicts) > 40
    assert {name: verdict for name, verdict in verdicts.items() if verdict != "holds"} == {}
    assert found["A.4/lower-threshold"]["verdict"] == "does not hold"  # a third is neutral


def test_a_claim_about_another_task_or_model_cannot_be_told(found):
    for name in ("4.1/reviews", "A.2/accuracy", "4.3.1/label-5-neutral"):
        assert found[name]["verdict"] == "cannot be told"
        assert found[name]["method"] == "about another data set or model"
        assert found[name]["estimate"] is None


@pytest.mark.parametrize(("dataset", "model"), [("multiemo", "e5_small"), ("xnli_7500", "xlmr")])
def test_claims_about_a_data_set_or_model_are_told_there(dataset, model):
    given = as_in_the_paper(dataset=dataset, model=model)
    named = ("4.3.1/label-5-positive", "4.3.1/label-5-neutral", "4.1/reviews")
    if model == "xlmr":
        named = [name for name in BY_ID if name.startswith("A.2/")]
    records = records_of([given], *named)
    for name in named:
        ours = records[name]["datasets"][dataset]
        if name not in ("A.2/positive", "A.2/negative"):  # hand-made nulls have no such effect
            assert ours["verdict"] == "holds", name
        assert ours["seeds"] == 3


def test_reversed_results_refute_the_claims(xnli):
    swap = {"balanced": "imbalanced", "imbalanced": "balanced"}
    turned = dataclasses.replace(
        xnli,
        predictions={(swap.get(s, s), k): frame for (s, k), frame in xnli.predictions.items()},
        identification={(swap.get(s, s), k): one for (s, k), one in xnli.identification.items()},
        shap_difference={},
    )
    names = ("4.1/accuracy", "4.1/follows-the-skew", "4.2/test", SEPARATION, "4.3/positive")
    found = records_of([turned], *names)
    ours = {name: one["datasets"]["xnli_7500"] for name, one in found.items()}
    for name in names[:-1]:
        assert ours[name]["verdict"] == "does not hold", name
    assert ours["4.3/positive"]["method"] == "no result"


# --- one seed never decides -----------------------------------------------------------------


def test_one_seed_never_decides():
    found = records_of([as_in_the_paper([0])])
    for name, record in found.items():
        ours = record["datasets"]["xnli_7500"]
        assert ours["verdict"] == "cannot be told", name
        assert (ours["ci_low"], ours["unit"], ours["p_value"]) == (None, None, None)
    assert found["4.1/accuracy"]["datasets"]["xnli_7500"]["estimate"] == pytest.approx(
        -0.2, abs=0.1
    )


@pytest.mark.parametrize(("value", "inside"), [(0.2, True), (0.5, False)])
def test_one_seed_s_number_stands_beside_the_published_verdict(value, inside):
    published = evaluate([BY_ID[SEPARATION]], [of_values({0: 0.15, 1: 0.2, 2: 0.25})])
    record = records_of([of_values({0: value})], SEPARATION, published=published)[SEPARATION]
    beside = record["datasets"]["multiemo"]["published"]
    assert (beside["verdict"], beside["seeds"]) == ("holds", 3)
    low, high = stats.t.interval(0.95, 2, 0.2, 0.05 / np.sqrt(3))
    assert (beside["ci_low"], beside["ci_high"]) == pytest.approx((low, high))
    assert beside["inside"] == (low <= value <= high) == inside
    assert "inside" if inside else "outside" in as_text([record])


# --- two rulers, one name at each verdict ----------------------------------------------------


def test_separation_is_told_on_two_rulers_and_each_names_its_own(xnli):
    # At C = 1 accuracy is at its ceiling in both models: nothing is left to see there.
    scores = {
        key: identification(seed, 0.9 if key[0] == "imbalanced" else 0.85)
        for key in xnli.identification
        for seed in [key[1]]
    }
    found = records_of(
        [dataclasses.replace(xnli, identification=scores)], SEPARATION, "abstract/further-apart"
    )
    paper, log_loss = found[SEPARATION], found["abstract/further-apart"]
    assert "C = 1e-4" in paper["ruler"] and "log loss at C = 1" in log_loss["ruler"]
    for record in (paper, log_loss):
        assert record["datasets"]["xnli_7500"]["verdict"] == "holds"
    # Less log loss is easier to tell apart: the sign is turned, so that more means further apart.
    assert log_loss["datasets"]["xnli_7500"]["estimate"] == pytest.approx(2 * 0.05)


# --- fair quantities ------------------------------------------------------------------------


def test_no_harm_is_told_for_each_setup_by_itself():
    given = as_in_the_paper()
    changed = {
        ("balanced+mie=1", k): predictions(k, accuracy=0.8, follow=0.0) for k in (0, 1, 2)
    } | {("imbalanced+mie=1", k): predictions(10 + k, accuracy=0.95, follow=0.3) for k in (0, 1, 2)}
    worse = dataclasses.replace(given, predictions={**given.predictions, **changed})
    found = records_of([worse], "A.3/no-harm-balanced", "A.3/no-harm-imbalanced")
    balanced, imbalanced = (
        found[f"A.3/no-harm-{setup}"]["datasets"]["xnli_7500"]
        for setup in ("balanced", "imbalanced")
    )
    # A mean of both setups would have called the two together harmless.
    assert balanced["verdict"] == "does not hold"
    assert imbalanced["verdict"] == "holds"
    assert balanced["confidence"] == pytest.approx(0.9)


def test_neutral_sides_that_cancel_are_not_minimal(xnli):
    apart = {("imbalanced_cw", k): shap_difference(60 + k, over=0.1, under=-0.1) for k in (0, 1, 2)}
    given = dataclasses.replace(xnli, shap_difference={**xnli.shap_difference, **apart})
    found = records_of([given], *(f"4.4/neutral-minimal-{side}" for side in ("over", "under")))
    for side in ("over", "under"):
        record = found[f"4.4/neutral-minimal-{side}"]["datasets"]["xnli_7500"]
        assert record["verdict"] == "does not hold"


def test_almost_on_par_needs_no_ratio_of_small_numbers():
    # The gap of the second seed is next to nothing: a mean of ratios would explode.
    values = {0: 0.2, 1: 0.001, 2: 0.25, 3: 0.2}
    given = of_values(values)
    scores = dict(given.identification)
    for seed in values:
        scores["imbalanced_cw", seed] = given.identification["balanced", seed]
    found = records_of([dataclasses.replace(given, identification=scores)], "4.4/almost-on-par")
    ours = found["4.4/almost-on-par"]["datasets"]["multiemo"]
    assert ours["estimate"] == pytest.approx(-np.mean(list(values.values())) / 4)
    assert ours["verdict"] == "holds"


def test_a_model_that_has_not_learned_carries_no_verdict(xnli):
    frame = xnli.predictions["imbalanced", 1]
    frame = frame.assign(predicted=np.where(frame["language"] == "fr", 0, 2))
    given = dataclasses.replace(xnli, predictions={**xnli.predictions, ("imbalanced", 1): frame})
    ours = records_of([given], "4.1/accuracy")["4.1/accuracy"]["datasets"]["xnli_7500"]
    assert set(ours["per_seed"]) == {"0", "2"}
    assert ours["left_out"] == {"1": "not learned: imbalanced"}
    every = {("imbalanced", k): frame for k in (0, 1, 2)}
    given = dataclasses.replace(xnli, predictions={**xnli.predictions, **every})
    ours = records_of([given], "4.3/positive")["4.3/positive"]["datasets"]["xnli_7500"]
    assert (ours["estimate"], ours["method"]) == (None, "not learned")


# --- data sets together ---------------------------------------------------------------------

THREE = {
    "multiemo": {0: -0.056, 1: -0.025, 2: -0.032},
    "multiemo_pairs": {0: -0.091, 1: -0.076, 2: -0.034},
    "xnli_7500": {0: -0.012, 1: -0.022, 2: -0.010},
}


def test_data_sets_together_can_tell_what_none_can_by_itself():
    given = [
        of_values({seed: -value for seed, value in values.items()}, dataset=dataset)
        for dataset, values in THREE.items()
    ]
    record = records_of(given, SEPARATION, family=[])[SEPARATION]["datasets"]
    assert {record[name]["verdict"] for name in THREE} == {"cannot be told"}
    pooled = record["pooled"]
    assert pooled["estimate"] == pytest.approx(0.0399, abs=0.0005)
    assert (pooled["ci_low"], pooled["ci_high"]) == pytest.approx((0.0200, 0.0598), abs=0.0005)
    assert (pooled["verdict"], pooled["seeds"]) == ("holds", 9)
    assert pooled["unit"] == "seed within each data set"


def plain(name, values_of):
    quantity = Quantity(name, Ruler("made up", 0.1), values_of)
    return Claim(
        id=f"made/{name}", place="x", statement="x", quantity=quantity, region=Region(low=0)
    )


def told(values, **of):
    """What a claim that values are above 0 comes to: a value for each data set and seed."""

    def measure(results, seed):
        known = values[results.dataset]
        return Observation(known[seed], 10) if seed in known else None

    claim = dataclasses.replace(plain("values", measure), **of)
    given = [of_values(known, dataset=dataset) for dataset, known in values.items()]
    found = evaluate([claim], given)
    return lambda dataset: found.of(claim.id, dataset, "e5_small")


def test_two_seeds_are_enough_and_data_sets_are_pooled_by_welch_s_test():
    one, other = [0.1, 0.3], [0.4, 0.8]  # standard errors 0.1 and 0.2
    of = told({"xnli_7500": dict(enumerate(one)), "multiemo": dict(enumerate(other))})
    alone, pooled = of("multiemo").numbers, of(POOLED).numbers
    t = 12.7062  # of one degree of freedom
    assert (alone.ci_low, alone.ci_high) == pytest.approx((0.6 - 0.2 * t, 0.6 + 0.2 * t), abs=1e-4)
    # Satterthwaite: (0.01 + 0.04)**2 / (0.01**2 / 1 + 0.04**2 / 1)
    freedom = 0.0025 / 0.0017
    low, high = stats.t.interval(0.95, freedom, 0.4, 0.05**0.5 / 2)
    assert pooled.estimate == pytest.approx(0.4)
    assert (pooled.ci_low, pooled.ci_high) == pytest.approx((low, high))
    welch = stats.ttest_ind(one, np.negative(other), equal_var=False)
    assert pooled.p_value == pytest.approx(welch.pvalue)
    assert pooled.method == "Welch over 2 data sets, 1.5 degrees of freedom, 95 % interval"


def test_one_data_set_is_not_pooled_and_is_found_by_its_own_name_alone():
    found = evaluate([BY_ID[SEPARATION]], [of_values({0: 0.1, 1: 0.2})])
    assert found.has("multiemo", "e5_small")
    assert not found.has(POOLED, "e5_small")
    assert found.of(SEPARATION, "a name before", "e5_small") is None


def test_what_is_not_pooled_says_why():
    too_few = {"xnli_7500": {0: 0.1, 1: 0.2, 2: 0.3}, "multiemo": {0: 0.4}}
    pooled = told(too_few)(POOLED)
    assert (pooled.numbers, pooled.note) == (None, "fewer than two data sets with two seeds")
    of_another = told(too_few, models=("xlmr",))(POOLED)
    assert (of_another.numbers, of_another.note) == (None, OTHER)


def test_confirming_seeds_are_pooled_by_themselves_unless_there_are_no_others():
    new = {"multiemo": {3: 0.1, 4: 0.3}, "xnli_7500": {3: 0.4, 4: 0.6}}
    assert told(new)(POOLED).cohorts == {}
    mixed = told({dataset: {0: 9.0} | values for dataset, values in new.items()})(POOLED)
    assert mixed.cohorts.keys() == {"confirming"}
    assert mixed.cohorts["confirming"] == told(new)(POOLED).numbers


def test_holm_decides_in_the_family_and_nowhere_else():
    def measure(shift):
        spread = (-0.01, 0.0, 0.01)
        return lambda results, seed: Observation(shift + spread[seed], 10)

    claims = [plain(f"c{n}", measure(0.009)) for n in range(5)]
    twin = dataclasses.replace(claims[0], id="made/twin")
    given = [of_values(dict.fromkeys(range(3), 0.1), dataset=name) for name in THREE]
    family = [claim.id for claim in claims]
    found = records_of(given, claims=[*claims, twin], family=family)
    pooled = {name: record["datasets"]["pooled"] for name, record in found.items()}
    p_value = pooled["made/c0"]["p_value"]
    assert 0.01 < p_value < 0.05  # by itself it would hold
    # The twin states the same: five tests, not six.
    assert pooled["made/c0"]["p_adjusted"] == pytest.approx(5 * p_value)
    assert pooled["made/twin"]["p_adjusted"] == pytest.approx(5 * p_value)
    assert {one["verdict"] for one in pooled.values()} == {"cannot be told"}
    assert {one["family"] for one in pooled.values()} == {FAMILY}
    assert found["made/twin"]["counts_with"] == "made/c0"
    alone = found["made/c0"]["datasets"]["multiemo"]
    assert (alone["family"], alone["p_adjusted"]) == (None, None)
    freely = records_of(given, claims=claims, family=[])["made/c0"]["datasets"]["pooled"]
    assert (freely["verdict"], freely["family"]) == ("holds", None)


def test_holm_passes_over_a_claim_without_a_p_value_and_leaves_what_holds_holding():
    values = {"one seed": [0.3], "clear": [0.9, 1.0, 1.1], "close": [0.1, 0.2, 0.3]}
    claims = [
        plain(
            name,
            lambda _, seed, known=known: Observation(known[seed], 10) if known[seed:] else None,
        )
        for name, known in values.items()
    ]
    findings = evaluate(claims, [of_values(dict.fromkeys(range(3), 0.1))]).findings
    first, clear, close = (
        each.numbers for each in adjusted(findings, [claim.test for claim in claims])
    )
    assert (first, first.verdict) == (findings[0].numbers, UNKNOWN)
    # t = 1 / (0.1 / sqrt(3)) and 0.2 / (0.1 / sqrt(3)), of two degrees of freedom; two tests.
    p_values = [2 * stats.t.sf(t, 2) for t in (17.3205, 3.4641)]
    assert clear.p_adjusted == pytest.approx(2 * p_values[0], rel=1e-4)
    assert close.p_adjusted == pytest.approx(p_values[1], rel=1e-4)
    assert (clear.verdict, close.verdict) == (HOLDS, UNKNOWN)


def test_every_record_names_ruler_unit_n_family_and_adjusted_p(xnli):
    given = [xnli, as_in_the_paper(dataset="multiemo_pairs")]
    for name, record in records_of(given).items():
        assert record["ruler"] and record["quantity"] and record["region"]
        for place, ours in record["datasets"].items():
            assert {"unit", "n", "family", "p_adjusted", "verdict", "seeds"} <= set(ours)
            if ours["ci_low"] is not None:
                assert ours["unit"] == (
                    "seed within each data set" if place == "pooled" else "seed"
                )
                assert (ours["p_adjusted"] is not None) == (ours["family"] is not None)
        if name in HEADLINES:
            assert record["datasets"]["pooled"]["family"] == FAMILY


# --- how near, and which seeds --------------------------------------------------------------


def test_beside_cannot_be_told_stands_how_many_seeds_say_so_and_how_many_it_would_take():
    values = {0: 0.02, 1: 0.14, 2: -0.01, 3: 0.16}
    ours = records_of([of_values(values)], SEPARATION)[SEPARATION]["datasets"]["multiemo"]
    assert ours["verdict"] == "cannot be told"
    assert (ours["on_claimed_side"], ours["seeds"]) == (3, 4)
    spread = np.std(list(values.values()), ddof=1) * np.sqrt(3 / stats.chi2.ppf(0.2, 3))
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert ours["seeds_needed"] == pytest.approx((z * spread / 0.05) ** 2 + 2, abs=2)


def test_confirming_seeds_stand_alone_and_with_the_old():
    old, new = {0: 0.2, 1: 0.22, 2: 0.21}, {3: 0.01, 4: -0.02, 5: 0.0}
    ours = records_of([of_values(old | new)], SEPARATION)[SEPARATION]["datasets"]["multiemo"]
    confirming = ours["cohorts"]["confirming"]
    assert ours["seeds"] == 6 and confirming["seeds"] == 3
    assert confirming["estimate"] == pytest.approx(np.mean(list(new.values())))
    assert confirming["verdict"] == "cannot be told"
    assert set(confirming["per_seed"]) == {"3", "4", "5"}
    assert (
        records_of([of_values(old)], SEPARATION)[SEPARATION]["datasets"]["multiemo"]["cohorts"]
        == {}
    )
    one = records_of([of_values(old | {3: 0.2})], SEPARATION)[SEPARATION]["datasets"]["multiemo"]
    assert one["cohorts"]["confirming"]["verdict"] == "cannot be told"  # one seed


def test_a_replication_is_not_mixed_with_the_other_seeds():
    values = {0: 0.2, 1: 0.22, 100: 0.9, 101: 0.8}
    ours = records_of([of_values(values)], SEPARATION)[SEPARATION]["datasets"]["multiemo"]
    assert set(ours["per_seed"]) == {"0", "1"}
    assert set(ours["cohorts"]["replication"]["per_seed"]) == {"100", "101"}


def test_a_seed_counts_once_its_setups_are_there(xnli):
    kept = {key: one for key, one in xnli.predictions.items() if key != ("imbalanced_cw", 2)}
    ours = records_of([dataclasses.replace(xnli, predictions=kept)], "4.1/accuracy")
    ours = ours["4.1/accuracy"]["datasets"]["xnli_7500"]
    assert set(ours["per_seed"]) == {"0", "1"}
    assert ours["left_out"] == {"2": "not there: imbalanced_cw"}


def test_a_quantity_is_computed_once_for_all_claims_about_it():
    calls = []

    def measure(results, seed):
        calls.append(seed)

    quantity = Quantity("x", Ruler("made up"), measure)
    claims = [
        Claim(id=f"made/{n}", place="x", statement="x", quantity=quantity, region=Region(low=0))
        for n in range(3)
    ]
    evaluate(claims, [of_values({0: 0.1, 1: 0.2})])
    assert calls == [0, 1]


# --- the published results ------------------------------------------------------------------


PUBLISHED = (
    *(name for name in HEADLINES if name != "abstract/uninformative"),
    "A.4/neutral-share",
)


@pytest.fixture(scope="module")
def published():
    """Seeds 0 to 2, which stay what they are when others are added."""
    given = [
        each.without([("", seed) for seed in each.seeds if seed > 2])
        for each in results.published()
    ]
    return records_of(given, *PUBLISHED)


@pytest.mark.parametrize(
    ("claim", "dataset", "expected"),
    [
        (SEPARATION, "multiemo", (0.190, 0.098, 0.281)),
        (SEPARATION, "multiemo_pairs", (0.241, 0.101, 0.381)),
        (SEPARATION, "xnli_7500", (0.305, 0.267, 0.343)),
        ("abstract/weights-separation", "multiemo", (-0.164, -0.252, -0.077)),
        ("abstract/weights-separation", "multiemo_pairs", (-0.220, -0.322, -0.117)),
        ("abstract/weights-separation", "xnli_7500", (-0.302, -0.349, -0.254)),
        ("abstract/further-apart", "multiemo", (0.57, 0.28, 0.87)),
        ("abstract/closer-together", "xnli_7500", (-0.32, -0.53, -0.10)),
        ("4.4/slope", "multiemo", (-0.560, -0.849, -0.270)),
        ("4.4/slope", "multiemo_pairs", (-0.665, -1.063, -0.267)),
        ("4.4/slope", "xnli_7500", (-0.372, -0.646, -0.097)),
        ("abstract/performance", "pooled", (-0.0399, -0.0598, -0.0200)),
        ("abstract/weights-performance", "pooled", (0.0270, 0.0126, 0.0416)),
        ("4.4/accuracy-left", "pooled", (-0.0129, -0.0276, 0.0018)),
    ],
)
def test_published_numbers_of_the_first_three_seeds(published, claim, dataset, expected):
    ours = published[claim]["datasets"][dataset]
    digits = 0.006 if "." in str(expected[0]) and len(str(expected[0])) <= 5 else 0.0006
    found = (ours["estimate"], ours["ci_low"], ours["ci_high"])
    assert found == pytest.approx(expected, abs=digits)


def test_the_neutral_share_is_of_pooled_tokens(published):
    ours = published["A.4/neutral-share"]["datasets"]["multiemo"]
    assert ours["estimate"] == pytest.approx(0.611, abs=0.0006)


def test_no_results_at_all():
    found = evaluate(CLAIMS, [])
    assert found.findings == ()
    assert as_records(CLAIMS, found)[0]["datasets"] == {}
    assert not math.isnan(len(found.paper))
