import shutil

import pytest

import fake_results
from helpers import reproduction, stages
from helpers.foundation.profiles import load_profile

REPORT = {
    "dataset": "xnli_7500",
    "source": "a local folder",
    "labels": ["entailment", "neutral"],
    "counts": {
        "train": {
            "balanced": {"fr": [10, 10], "en": [10, 10]},
            "imbalanced": {"fr": [15, 5], "en": [5, 15]},
        },
        "test": {"balanced": {"fr": [4, 4], "en": [4, 4]}},
    },
    "overlap": {"train": 0.75},
    "source_rows": {"train": {"balanced": 40, "imbalanced": 40}, "test": {"balanced": 8}},
}


def test_marginals_of_the_skewed_subset_are_uniform():
    marginals = reproduction._marginals(REPORT["counts"]["train"]["imbalanced"], REPORT["labels"])
    assert marginals["language"] == {"fr": 20, "en": 20}
    assert marginals["label"] == {"entailment": 20, "neutral": 20}


def test_the_text_shows_every_count_and_the_overlap():
    text = reproduction.subsets_text(REPORT)
    assert "train, imbalanced (40 groups of related rows)" in text
    assert "75.0% of the rows are in both" in text
    row = next(line for line in text.splitlines() if line.startswith("fr") and "15" in line)
    assert row.split() == ["fr", "15", "5", "20"]


@pytest.mark.parametrize("profile", ["quick", "embedded"])
def test_a_profile_s_experiments_cover_its_matrix(profile):
    settings = load_profile(profile)
    listed = stages.profile_experiments(profile)
    plain = [item for item in listed if not item.variant]
    cells = {(item.model, item.dataset, item.setup, item.seed) for item in plain}
    assert len(cells) == len(plain)
    seeds = {dataset: set(settings.seeds_of(dataset)) for dataset in settings.matrix}
    assert cells == {
        (model, dataset, setup, seed)
        for model in settings.models
        for dataset in settings.matrix
        for setup in settings.setups
        for seed in seeds[dataset]
    }


def test_the_estimate_learns_from_what_stages_took():
    first = reproduction._expected_seconds("predictions", {})
    # A machine that takes twice the guess for one stage is expected to for the others.
    slow = reproduction._expected_seconds("predictions", {"language_identification": [50.0]})
    assert slow == pytest.approx(2 * first)
    assert reproduction._expected_seconds("predictions", {"predictions": [7.0, 9.0]}) == 8


def test_claims_say_what_was_found_and_where_nothing_was(checkout):
    profile = checkout / "configs" / "tiny.yaml"
    text = fake_results.PROFILE.replace(
        "matrix: [multiemo_pairs]", "matrix: [multiemo_pairs, xnli]"
    )
    profile.write_text(text.replace("datasets:\n", "datasets:\n  xnli: {}\n"))
    listed = fake_results.write_all()
    records = {record["id"]: record for record in reproduction.claim_records("tiny")}
    assert len(records) >= 20
    for record in records.values():
        assert {"id", "section", "quantity", "ruler", "region", "paper"} <= set(record)
        assert set(record["datasets"]) == {"multiemo_pairs", "xnli"}
    accuracy = records["4.1/accuracy"]["datasets"]["multiemo_pairs"]
    assert accuracy["estimate"] == pytest.approx(-0.1, abs=0.01)
    assert (accuracy["seeds"], accuracy["n"], accuracy["unit"]) == (2, 600, "seed")
    lines = reproduction.claims_text([records["4.1/accuracy"]]).splitlines()
    assert lines[-2].startswith("    multiemo_pairs: ") and lines[-2].endswith(", 2 seeds)")
    assert lines[-1] == "    xnli: no result"
    # Any folder can go; what rests on it is then not told, and nothing is filled in.
    for each in listed:
        if each.setup == "imbalanced":
            shutil.rmtree(each.folder)
    records = {record["id"]: record for record in reproduction.claim_records("tiny")}
    accuracy = records["4.1/accuracy"]["datasets"]["multiemo_pairs"]
    assert (accuracy["estimate"], accuracy["method"]) == (None, "no result")
