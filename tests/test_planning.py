"""The plan's counts are what a run then does; its time is counts over throughput."""

import json
from collections import Counter

import pytest
import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer, XLMRobertaModel

from helpers import jobs, stages
from helpers.foundation import paths
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import load_profile
from helpers.planning import plan, throughput
from helpers.planning.counts import Texts, Work, count_work
from tiny_sources import write_checkout, write_sources

NAME = "xnli_tiny"
# Without the measures on parallel rows: XNLI has three labels to a premise, and so none.
NAMED = ("head_refit", "erasure", "integrated_gradients")


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    return write_sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture
def checkout(tmp_path, tiny_xlmr, monkeypatch):
    stage_seeds = {name: [0] for name in NAMED}
    write_checkout(tmp_path / "checkout", tiny_xlmr, stage_seeds=stage_seeds)
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path / "checkout"))
    return tiny_xlmr


class Count:
    """Counts texts and tokens at every encoder, stage by stage, while it is registered."""

    def __init__(self):
        self.stage = None
        self.evaluations, self.tokens = Counter(), Counter()

    def __enter__(self):
        def hook(module, _, inputs, __):
            if isinstance(module, XLMRobertaModel):
                times = 3 if torch.is_grad_enabled() else 1
                self.evaluations[self.stage] += times * len(inputs["input_ids"])
                self.tokens[self.stage] += times * int(inputs["attention_mask"].sum())

        self.handle = torch.nn.modules.module.register_module_forward_hook(hook, with_kwargs=True)
        return self

    def __exit__(self, *_):
        self.handle.remove()

    def enter(self, stage):
        self.stage = stage


@pytest.mark.real
@pytest.mark.parametrize("variant", ["", "mie=1"])
def test_a_run_does_what_the_plan_counts(checkout, sources, variant):
    experiment = Experiment(str(checkout), NAME, "imbalanced", variant=variant)
    texts = Texts(experiment, sources, AutoTokenizer.from_pretrained(checkout))
    assert texts.counted
    had = stages.stages_of(experiment, stages.STAGES)
    chosen = [stage for stage in had if stage != "shap_difference"]
    with Count() as count:
        stages.run(experiment, stages=chosen, sources=sources, progress=False, on_stage=count.enter)
    for stage in chosen:
        expected = count_work(texts, experiment, stage)
        if stage.startswith("shap"):  # masks that were asked before are not asked again
            share = count.evaluations[stage] / max(expected.evaluations, 1)
            assert (0.4 < share <= 1) or not expected.evaluations, stage
            continue
        # Gradients also need each text and its masks once.
        few = 0.02 if stage == "integrated_gradients" else 0
        assert expected.evaluations == pytest.approx(count.evaluations[stage], rel=few), stage
        # Another setup's texts, external texts of assumed length, and drawn all-mask inputs.
        near = 1.0 if stage == "language_identification" else 0.15
        assert expected.tokens == pytest.approx(count.tokens[stage], rel=near), stage


def test_the_model_before_fine_tuning_is_probed_once(checkout, sources):
    experiment = Experiment(str(checkout), NAME, "balanced")
    texts = Texts(experiment, sources, None)
    first, second = (
        count_work(texts, experiment, "language_identification", first=each)
        for each in (True, False)
    )
    assert second.evaluations == 20 and second.probed == 16 * (48 + 20)
    assert first.evaluations == 20 + 20 + 48 and first.probed == 2 * second.probed


def test_accumulation_does_not_change_the_work(checkout, sources):
    experiment = Experiment(str(checkout), NAME, "balanced")
    texts = Texts(experiment, sources, None)
    work = count_work(texts, experiment, "finetuning")
    recipe = experiment.recipe
    assert recipe.accumulation == 2
    rows, lengths = texts.lengths("train")
    assert work.trained == pytest.approx(recipe.epochs * rows * lengths.mean(), rel=0.05)


def test_seconds_are_counts_over_throughput():
    about = throughput.Throughput(trained=1, read=2, explained=4, probed=8)
    assert about.seconds(Work(trained=1, read=1, explained=1, probed=1)) == 1.875
    assert about.seconds(Work()) == 0


# --- a data set that is out of reach --------------------------------------------------------


@pytest.fixture
def nothing_at_hand(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.CACHE_VARIABLE, str(tmp_path / "cache"))


def test_the_grid_is_planned_without_the_hub(nothing_at_hand):
    made = plan.make_plan("paper", model="xlmr", device="h200", progress=False)
    matrix = load_profile("paper").matrix
    listed = [
        experiment
        for dataset in matrix
        for experiment in stages.experiments(profile="paper", model="xlmr", dataset=dataset)
    ]
    assert {each["job"] for each in made["stages"]} == {job.name for job in jobs.jobs_of(listed)}
    assert "not measured" in made["device"]
    for dataset in matrix:
        assert f"{dataset}, xlmr: lengths of texts assumed" in made["notes"]
    test = {e["dataset"]: e["evaluations"] for e in made["stages"] if e["stage"] == "predictions"}
    assert test == {"amazon_reviews": 30_000, "xnli": 6_672}
    assert "in all:" in plan.as_text(made)


def test_a_cluster_is_asked_for_estimates_alone_and_never_for_a_gpu_s_memory(nothing_at_hand):
    made = plan.make_plan("paper", model="xlmr", device="h200", progress=False)
    asked = jobs.resources(json.loads(json.dumps(made)))
    for job, resources in asked.items():
        if job.endswith("/difference"):  # no estimate: the workflow's default
            assert resources == {}
            continue
        assert set(resources) == {"minutes"}
        seconds = [each["seconds"] or 0 for each in made["stages"] if each["job"] == job]
        assert 60 * resources["minutes"] > sum(seconds)
    on_gpu = [{**each, "gpu_memory_gib": 70.0, "memory_gib": 2.0} for each in made["stages"]]
    assert {each["mem_mb"] for each in jobs.resources({"stages": on_gpu}).values()} == {3072}


def test_assumed_texts_have_the_stated_mean(nothing_at_hand):
    texts = Texts(Experiment("xlmr", "xnli", "balanced", profile="paper"), {}, None)
    rows, lengths = texts.lengths("train")
    assert rows == 523_594
    assert lengths.mean() == pytest.approx((183 * 0.26 + 158 * 0.244) / 2 + 4, rel=0.02)


def test_a_local_source_that_is_not_given_is_not_assumed(nothing_at_hand):
    with pytest.raises(CompanionError, match="'xnli_7500' is not at hand: name its folder"):
        Texts(Experiment("e5_small", "xnli_7500", "balanced"), {}, None)


# --- this machine ---------------------------------------------------------------------------


def test_rows_that_no_profile_counts_are_not_assumed(nothing_at_hand, tmp_path, monkeypatch):
    sizes = {"multiemo": {"train": 60, "test": 48}}
    write_checkout(tmp_path / "other", "e5_small", matrix=["multiemo"], datasets=sizes)
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path / "other"))
    with pytest.raises(CompanionError, match="multiemo' is not at hand: name its folder"):
        plan.make_plan("quick", device="h200", progress=False)


@pytest.mark.parametrize("name", throughput.PUBLISHED)
def test_published_shapes_have_the_published_sizes(name):
    config = AutoConfig.for_model(**throughput.PUBLISHED[name])
    with torch.device("meta"):
        encoder = AutoModel.from_config(config, add_pooling_layer=False)
    millions = sum(weight.numel() for weight in encoder.parameters()) / 1e6
    assert millions == pytest.approx({"mbert": 177, "xlmr": 277, "e5_small": 117.5}[name], abs=1)


def test_this_machine_is_timed_and_a_run_s_hours_follow(checkout, sources, monkeypatch):
    monkeypatch.setattr(throughput, "_SECONDS_A_TIMING", 0.05)
    made = plan.make_plan("quick", datasets=[NAME], sources=sources, progress=False)
    assert made["device"].endswith("(timed)") and "counted" in made["notes"][0]
    timed = [each for each in made["stages"] if each["seconds"] is not None]
    assert {each["stage"] for each in timed} >= {"finetuning", "shap_values"}
    assert all(each["tokens"] and each["memory_gib"] > 0 for each in timed)
    assert made["total"]["hours"] == pytest.approx(
        sum(e["seconds"] for e in timed) / 3600, abs=0.01
    )


def test_an_unknown_model_s_shape_is_not_guessed(sources, tmp_path):
    experiment = Experiment("someone/something", NAME, "balanced")
    with pytest.raises(CompanionError, match="'someone/something' is not known here: fetch it"):
        throughput.timed(Texts(experiment, sources, None))
