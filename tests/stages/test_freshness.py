"""A result counts where it lies, and only beside results of the same settings and texts."""

import shutil

import pytest

import fake_results
from helpers import reproduction, stages
from helpers.foundation import store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.report import display, frames
from helpers.report.results import collect
from helpers.stages import running


def publish(experiment, *names, data="texts", source="the offline assets"):
    """Publish stages without files, with the records that the stages leave."""
    for stage in names:
        record = store.StageRecord(
            fingerprint=stages.stage_fingerprint(experiment, stage, sources={}, data=data),
            version=1, files={}, seconds=1, peak_memory_gib=1,
        )  # fmt: skip
        about = fake_results.identity(experiment)
        about |= {"data_fingerprint": data, "data_source": source}
        store.publish(experiment.folder, stage, {}, record=record, parameters=about, environment={})


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"setup": "imbalanced"},
        {"variant": "mie=1"},
        {"profile": "quick"},
        {"dataset": "multiemo"},
        {"model": "mbert"},
    ],
)
def test_a_result_counts_only_where_it_lies(experiments, change):
    first = experiments[0]
    other = first.replace(**change)
    shutil.rmtree(other.folder, ignore_errors=True)
    shutil.copytree(first.folder, other.folder)
    # Where the copy lies, and what it is.
    message = f"{other.folder} holds the results of {first}: "
    for read in (
        lambda: store.read_json(other.folder, "metrics.json"),
        lambda: store.read_frame(other.folder, "predictions.parquet"),
        lambda: collect([first, other]),
        lambda: list(frames.each([other], "metrics.json", variant=other.variant)),
        lambda: stages.outdated([other]),
    ):
        with pytest.raises(CompanionError) as caught:
            read()
        assert str(caught.value).startswith(message)


def test_a_result_counts_only_with_the_languages_it_was_made_with(checkout):
    profile = checkout / "configs" / "quick.yaml"
    text = profile.read_text()
    folders = []
    for languages in ("[fr, en]", "[de, zh]"):
        profile.write_text(text.replace("xnli: {", f"xnli: {{languages: {languages}, "))
        experiment = Experiment("e5_small", "xnli_7500", "balanced", 0, "quick")
        folders.append(experiment.folder)
        if languages == "[fr, en]":
            fake_results.publish(experiment, "subsets", {})
            assert store.read_run(experiment.folder)
    shutil.copytree(folders[0], folders[1])
    with pytest.raises(CompanionError, match=r"xnli_7500\+de-zh/.* holds the results of .*7500/"):
        store.read_run(folders[1])


def test_claims_refuse_a_seed_that_was_copied_over_another(experiments):
    assert reproduction.claim_records("tiny")
    seeds = [each for each in experiments if each.setup == "imbalanced" and not each.variant]
    shutil.rmtree(seeds[1].folder)
    shutil.copytree(seeds[0].folder, seeds[1].folder)
    with pytest.raises(CompanionError, match=r"imbalanced/seed1 holds the results of .*seed0"):
        reproduction.claim_records("tiny")


def test_an_older_record_without_a_field_is_read(experiments):
    identity = fake_results.identity(experiments[0])
    del identity["variant"], identity["profile"]
    fake_results.publish(experiments[0], "finetuning", {}, parameters=identity)
    assert store.read_json(experiments[0].folder, "metrics.json") is not None


def test_models_of_two_corpora_of_one_name_are_not_compared(experiments):
    for experiment, data in zip(experiments, ("one", "one", "other"), strict=False):
        about = fake_results.identity(experiment) | {"data_fingerprint": data}
        fake_results.publish(experiment, "finetuning", {}, parameters=about)
    for read in (lambda: collect(experiments), lambda: frames.accuracy(experiments)):
        with pytest.raises(CompanionError, match="made from different texts of one name"):
            read()
    assert collect(experiments[:2])


def test_results_are_outdated_when_settings_change(checkout):
    experiment = Experiment("e5_small", "multiemo_pairs", "imbalanced", 0, "tiny")
    assert stages.outdated([experiment]) == {}
    publish(experiment, "subsets", "predictions", data=None)
    assert stages.outdated([experiment]) == {}
    profile = checkout / "configs" / "tiny.yaml"
    text = profile.read_text()
    profile.write_text(text.replace("epochs: 1", "epochs: 2"))
    assert stages.outdated([experiment]) == {experiment: ["predictions"]}
    profile.write_text(text.replace("train: 600", "train: 480"))
    assert stages.outdated([experiment]) == {experiment: ["subsets", "predictions"]}


def test_results_of_a_folder_that_is_not_given_are_outdated_when_settings_change(checkout):
    experiment = Experiment("e5_small", "xnli_7500", "balanced", 0, "quick")
    publish(experiment, "subsets", "predictions", source="local folder 'xnli'")
    assert stages.outdated([experiment]) == {}
    profile = checkout / "configs" / "quick.yaml"
    profile.write_text(profile.read_text().replace("epochs: 1", "epochs: 3"))
    assert stages.outdated([experiment]) == {experiment: ["predictions"]}


def test_external_texts_of_a_folder_that_is_not_given_are_not_outdated(checkout):
    profile = checkout / "configs" / "quick.yaml"
    profile.write_text(profile.read_text().replace("external: eld", "external: wikipedia"))
    experiment = Experiment("e5_small", "multiemo_pairs", "balanced", 0, "quick")
    (checkout / "articles").mkdir()
    there = {"wikipedia": checkout / "articles"}
    about = fake_results.identity(experiment) | running._local_external("wikipedia", there)
    record = store.StageRecord(
        fingerprint=stages.stage_fingerprint(
            experiment, "language_identification", sources=there, data=None
        ),
        version=1, files={}, seconds=1, peak_memory_gib=1,
    )  # fmt: skip
    store.publish(
        experiment.folder,
        "language_identification",
        {},
        record=record,
        parameters=about,
        environment={},
    )
    assert stages.outdated([experiment]) == {}
    profile.write_text(profile.read_text().replace("epochs: 1", "epochs: 3"))
    assert stages.outdated([experiment]) == {experiment: ["language_identification"]}


def test_claims_and_notebooks_say_what_is_outdated(experiments):
    for experiment in experiments:
        for stage in store.read_run(experiment.folder)["stages"]:
            record = store.read_stage(experiment.folder, stage)
            assert record.fingerprint == "made up"
    old = {str(each) for each in experiments}
    records = reproduction.claim_records("tiny")
    for record in records:
        (row,) = record["datasets"].values()
        assert set(row["outdated"]) == old
    assert f"changed since {len(old)} experiments were run" in reproduction.claims_text(records)
    shown = display.missing_note(experiments, "metrics.json").html
    assert "Out of date" in shown and "companion reproduce --profile tiny" in shown


def test_a_foreign_folder_among_the_results_stops_nothing(experiments):
    model = experiments[0].folder.parents[2]
    shutil.copytree(experiments[0].folder, model / "notes of mine" / "balanced" / "seed0")
    (model / "multiemo_pairs" / "balanced" / "old").mkdir()
    (model / "multiemo_pairs" / "readme.txt").write_text("mine")
    assert reproduction.claim_records("tiny")
