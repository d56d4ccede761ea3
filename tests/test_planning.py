"""The plan's counts are what a run then does; its formulas are those of the libraries."""

import dataclasses
import json
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoConfig, AutoModel

from helpers import jobs, stages
from helpers.data.offline_assets import ensure_asset
from helpers.foundation import paths, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import Recipe, load_profile
from helpers.planning import devices, plan, texts
from helpers.planning.models import PUBLISHED
from helpers.planning.work import WorkCounter, training_work
from helpers.training.classifier import FirstTokenClassifier
from helpers.training.inference import default_tokens_per_batch
from tiny_sources import write_checkout, write_sources

NAME = "xnli_tiny"
NO_BUDGET = {"texts": 4, "max_evals": 100_000}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    ensure_asset("language_identification")  # the plan counts what is at hand and guesses the rest
    return write_sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture
def checkout(tmp_path, tiny_encoder, monkeypatch):
    write_checkout(tmp_path / "checkout", tiny_encoder, shap=NO_BUDGET)
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path / "checkout"))
    return tiny_encoder


class Count:
    """Counts texts and tokens at every classifier, stage by stage, while it is registered."""

    def __init__(self):
        self.stage = None
        self.evaluations, self.tokens = Counter(), Counter()

    def __enter__(self):
        def hook(module, _, inputs, __):
            if isinstance(module, FirstTokenClassifier):
                times = 3 if torch.is_grad_enabled() and module.training else 1
                self.evaluations[self.stage] += times * len(inputs["input_ids"])
                self.tokens[self.stage] += times * int(inputs["attention_mask"].sum())

        self.handle = torch.nn.modules.module.register_module_forward_hook(hook, with_kwargs=True)
        return self

    def __exit__(self, *_):
        self.handle.remove()

    def enter(self, stage):
        self.stage = stage


def planned(experiment, sources):
    counter = WorkCounter(
        experiment.model, is_pair=True, tokens_per_batch=default_tokens_per_batch("cpu")
    )
    return {stage: counter.work(experiment, stage, sources=sources) for stage in stages.STAGES}


@pytest.mark.real
@pytest.mark.parametrize("variant", ["", "mie=1"])
def test_a_run_does_what_the_plan_counts(checkout, sources, variant):
    experiment = Experiment(str(checkout), NAME, "imbalanced", variant=variant)
    expected = planned(experiment, sources)
    had = stages.stages_of(experiment, stages.STAGES)
    chosen = [stage for stage in had if stage != "shap_difference"]
    with Count() as count:
        stages.run(experiment, stages=chosen, sources=sources, progress=False, on_stage=count.enter)
    for stage in chosen:
        assert expected[stage].evaluations == count.evaluations[stage], stage
        if variant and stage == "finetuning":  # the all-mask input's length is drawn at random
            assert expected[stage].tokens == pytest.approx(count.tokens[stage], rel=0.05)
        else:
            assert expected[stage].tokens == count.tokens[stage], stage
    metrics = store.read_json(experiment.folder, "metrics.json")
    assert expected["finetuning"].steps == metrics["training"]["steps"]


@pytest.mark.real
def test_a_budget_that_ends_the_search_hardly_depends_on_the_model(
    tmp_path, tiny_bert, sources, monkeypatch
):
    write_checkout(tmp_path, tiny_bert, shap={"texts": 12, "max_evals": 60})
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))
    experiment = Experiment(str(tiny_bert), NAME, "balanced")
    expected = planned(experiment, sources)["shap_values"]
    with Count() as count:
        stages.run(
            experiment,
            stages=["finetuning", "shap_values"],
            sources=sources,
            progress=False,
            on_stage=count.enter,
        )
    # Within 2 % of a fine-tuned encoder; an untrained one has the least to tell apart.
    assert expected.evaluations == pytest.approx(count.evaluations["shap_values"], rel=0.1)
    assert expected.tokens == pytest.approx(count.tokens["shap_values"], rel=0.1)


@pytest.mark.real
def test_the_model_before_fine_tuning_is_probed_once(checkout, sources):
    counter = WorkCounter(str(checkout), is_pair=True, tokens_per_batch=2048)
    first, second = (
        counter.work(Experiment(str(checkout), NAME, setup), "language_identification",
                     sources=sources)
        for setup in ("balanced", "imbalanced")
    )  # fmt: skip
    assert second.evaluations == 20 and second.probed == ((48, 2), (20, 2))
    assert first.evaluations == 20 + 20 + 48 and first.probed == second.probed * 2


def test_accumulation_changes_the_steps_and_not_the_work():
    lengths = np.random.default_rng(0).integers(5, 60, 1000)
    recipe = Recipe(
        batch_size=16, accumulation=8, encoder_learning_rate=0, head_learning_rate=0, epochs=2,
        max_length=64,
    )  # fmt: skip
    options = {"seed": 0, "masked_entropy": False, "special": 2, "tokens_per_batch": 2048}
    parts = training_work(lengths, lengths[:50], recipe, **options)
    whole = training_work(
        lengths, lengths[:50], dataclasses.replace(recipe, batch_size=128, accumulation=1),
        **options,
    )  # fmt: skip
    assert parts.tokens == whole.tokens and parts.evaluations == whole.evaluations
    assert parts.steps == whole.steps == 16
    # Smaller batches of the same rows are padded to their own longest.
    padded = [int((each.training.texts * each.training.length).sum()) for each in (parts, whole)]
    assert 2 * lengths.sum() <= padded[0] < padded[1]


# --- a data set that is out of reach --------------------------------------------------------


@pytest.fixture
def nothing_at_hand(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.CACHE_VARIABLE, str(tmp_path / "cache"))
    texts.planned_corpus.cache_clear()
    yield
    texts.planned_corpus.cache_clear()


def test_the_grid_is_planned_without_the_hub(nothing_at_hand):
    model = "xlmr"
    made = plan.make_plan("paper", model=model, device="h200", progress=False)
    frame = made.frame()
    listed = [
        experiment
        for dataset in load_profile("paper").matrix
        for experiment in stages.experiments(profile="paper", model=model, dataset=dataset)
    ]
    assert set(frame["job"]) == {job.name for job in jobs.jobs_of(listed)}
    assert not made.measured and "assumed" in made.device
    for dataset in load_profile("paper").matrix:
        assert any(note.startswith(dataset) and "assumed" in note for note in made.notes)
    test = frame[frame["stage"] == "predictions"].groupby("dataset")["evaluations"].first()
    assert test["amazon_reviews"] == 30_000
    records = json.loads(json.dumps(plan.as_records(made)))
    asked = jobs.resources(records)
    assert set(asked) == set(frame["job"])
    longest = frame.groupby("job")["seconds"].sum()
    assert all(60 * asked[job]["minutes"] > longest[job] for job in asked)
    assert "in all:" in plan.as_text(made)


def test_assumed_texts_have_the_stated_mean(nothing_at_hand):
    corpus = texts.planned_corpus("amazon_reviews", ())
    means = corpus.train.groupby("language")["characters"].mean()
    assert means.to_dict() == pytest.approx(dict(texts.ASSUMED["amazon_reviews"].characters), 0.01)
    assert corpus.train["language"].value_counts().unique().tolist() == [200_000]
    cells = corpus.train.groupby(["language", "label"]).size()
    assert cells.unique().tolist() == [40_000]


def test_a_local_source_that_is_not_given_is_not_assumed(nothing_at_hand):
    with pytest.raises(CompanionError, match="'xnli_7500' is not at hand: name its folder"):
        texts.planned_corpus("xnli_7500", ())


# --- stated devices -------------------------------------------------------------------------


def test_floating_point_operations_are_those_that_torch_counts():
    config = AutoConfig.for_model(
        "bert", hidden_size=64, intermediate_size=256, num_hidden_layers=3, num_attention_heads=4,
        vocab_size=50, attn_implementation="eager",
    )  # fmt: skip
    encoder = AutoModel.from_config(config, attn_implementation="eager", add_pooling_layer=False)
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        encoder(torch.ones(2, 40, dtype=torch.long))
    ours = 2 * 40 * devices.flops_per_token(config, 40)
    assert ours == pytest.approx(counted.get_total_flops(), rel=0.01)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_shapes_have_the_published_sizes(name):
    config = AutoConfig.for_model(**PUBLISHED[name])
    with torch.device("meta"):
        encoder = AutoModel.from_config(config, add_pooling_layer=False)
    millions = sum(weight.numel() for weight in encoder.parameters()) / 1e6
    assert millions == pytest.approx({"mbert": 177, "xlmr": 277, "e5_small": 117.5}[name], abs=1)


def test_a_larger_batch_never_costs_less():
    points = ((100, 1.0), (200, 1.2), (800, 4.0))
    x = np.arange(1, 2000)
    found = plan._at(points, x)
    assert (np.diff(found) >= 0).all() and (found > 0).all()
    assert found[[99, 199, 799]].tolist() == [1.0, 1.2, 4.0]


# --- this machine ---------------------------------------------------------------------------


@pytest.mark.real
def test_memory_is_predicted_within_a_quarter(tmp_path, tiny_xlmr, sources, monkeypatch):
    write_checkout(tmp_path, tiny_xlmr)
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))
    experiment = Experiment(str(tiny_xlmr), NAME, "balanced")
    made = plan.make_plan("quick", datasets=[NAME], sources=sources, progress=False)
    assert made.measured
    listed = stages.experiments(profile="quick", model=str(tiny_xlmr), dataset=NAME)
    [job] = [
        job
        for job in jobs.jobs_of(listed)
        if job.experiment == experiment and job.kind == "experiment"
    ]
    command = [sys.executable, "-m", "helpers.cli", *job.arguments(sources)]
    subprocess.run(command, check=True, env=os.environ, capture_output=True, timeout=300)
    measured = store.read_run(experiment.folder)["stages"]
    frame = made.frame().query("setup == 'balanced'").set_index("stage")
    for stage in ("subsets", "finetuning", "predictions", "shap_values"):
        assert frame.loc[stage, "memory_gib"] == pytest.approx(
            measured[stage]["peak_memory_gib"], rel=0.25
        ), stage
