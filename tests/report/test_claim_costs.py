"""What a claim costs: the stages its measure reads, their records, and a command that runs."""

import shutil
from pathlib import Path

import pytest

from helpers import stages
from helpers.foundation import store
from helpers.report import claim_costs
from helpers.report.claim_list import CLAIMS, HEADLINES

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_claim_reads_some_stage_that_its_ruler_names(claim):
    [stage] = claim_costs.stages_behind(claim)
    words = claim.quantity.ruler.name
    if "language identification" in words:
        assert stage == "language_identification"
    elif words.startswith("paired SHAP"):
        assert stage == "shap_tokens"
    elif "SHAP" in words or "base values" in words or "tokens" in words:
        assert stage == "shap_difference"
    else:
        assert stage == "predictions"


def test_the_cost_is_the_sum_of_the_records_of_all_that_is_needed(experiments):
    [claim] = [each for each in CLAIMS if each.id == "abstract/performance"]
    cost = claim_costs.costs([claim], experiments)[claim.id]
    runs = [store.read_run(each.folder)["stages"] for each in experiments]
    needed = [run[name] for run in runs for name in ("finetuning", "predictions")]
    assert cost.steps == cost.finished == len(needed)
    assert cost.minutes == pytest.approx(sum(one["seconds"] for one in needed) / 60, abs=0.05)
    assert cost.command == "companion reproduce --profile tiny --stages predictions --no-book"
    stages.check_stages(cost.stages)


def test_a_missing_run_counts_with_the_mean_of_the_others_and_no_run_is_no_number(experiments):
    claims = [each for each in CLAIMS if each.id in HEADLINES]
    whole = claim_costs.costs(claims, experiments)
    shutil.rmtree(experiments[0].folder)
    part = claim_costs.costs(claims, experiments)
    for name, cost in part.items():
        assert cost.finished < cost.steps == whole[name].steps
        assert cost.minutes == pytest.approx(whole[name].minutes, abs=0.1)  # equal records
    for experiment in experiments[1:]:
        shutil.rmtree(experiment.folder)
    assert {cost.minutes for cost in claim_costs.costs(claims, experiments).values()} == {None}


def test_a_claim_about_another_model_costs_what_it_does_in_the_paper_s_grid(checkout, experiments):
    shutil.copy(REPOSITORY / "configs" / "paper.yaml", checkout / "configs" / "paper.yaml")
    of_xlmr = [claim for claim in CLAIMS if claim.models]
    assert of_xlmr
    for cost in claim_costs.costs(of_xlmr, experiments).values():
        assert "--profile paper" in cost.command and cost.finished == 0
