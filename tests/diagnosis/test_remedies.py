"""Weights are those of training; each piece of code that a report shows is run."""

import numpy as np
import pandas as pd
import pytest
import tables

from helpers.diagnosis import diagnose, snippets
from helpers.foundation.errors import CompanionError
from helpers.training.class_weights import per_language_class_weights, row_weights

FRAME = tables.frame()
FOUND = diagnose(FRAME)


def test_weights_are_those_of_eq_2():
    ours = FOUND.weights().pivot(index="language", columns="label", values="weight")
    theirs = per_language_class_weights(FRAME["language"], FRAME["label"])
    assert ours.to_numpy() == pytest.approx(theirs.to_numpy())
    rows = row_weights(FRAME["language"], FRAME["label"])
    assert FOUND.sample_weight(FRAME).to_numpy() == pytest.approx(rows)


def test_clipped_weights_have_a_mean_of_1_in_each_language():
    rare = pd.concat([FRAME, pd.DataFrame({"language": "de", "label": ["good"] * 99 + ["bad"]})])
    found = diagnose(rare.drop(columns="text")).weights()
    assert found["weight"].max() == 50
    clipped = found["weight_clipped_10"] * found["rows"]
    by_language = clipped.groupby(found["language"]).sum() / found.groupby("language")["rows"].sum()
    assert by_language.to_numpy() == pytest.approx(1)


def test_a_missing_cell_has_no_weight():
    gap = FRAME[~((FRAME["language"] == "en") & (FRAME["label"] == "bad"))]
    found = diagnose(gap)
    with pytest.raises(CompanionError, match="'en' has no row of label bad"):
        found.weights()
    with pytest.raises(CompanionError, match="'en', label bad"):
        found.balanced_subset(gap)
    missing = next(each for each in found.findings if each.kind == "missing cells")
    assert missing.level == "warning" and "en with bad" in missing.sentence
    content = found.to_dict()
    assert content["weights"] is None and "no row of label bad" in content["no_weights"]


def test_a_balanced_subset_has_as_many_rows_as_was_said():
    balanced = FOUND.balanced_subset(FRAME)
    assert len(balanced) == FOUND.balanced_rows == 200
    assert diagnose(balanced).status == "no finding"


def test_a_balanced_subset_counts_by_the_names_that_the_diagnosis_gives():
    blanks = FRAME.assign(label=FRAME["label"].where(FRAME.index % 2 == 0, FRAME["label"] + " "))
    found = diagnose(blanks)
    assert found.table.shape == FOUND.table.shape
    assert len(found.balanced_subset(blanks)) == found.balanced_rows == FOUND.balanced_rows


def test_a_file_of_shares_calls_labels_as_the_data_do(tmp_path):
    numbers = FRAME.assign(label=FRAME["label"].map({"bad": "0.0", "good": "1.0"}))
    path = tmp_path / "shares.csv"
    path.write_text("language,label,share\nen,1.0,1\nen,0.0,1\nfr,1,1\nfr,0,3\n")
    (asked,) = diagnose(numbers, expect=str(path)).expectations
    assert asked.shares.loc["fr"].tolist() == [0.75, 0.25]


def test_rows_without_a_group_stand_alone_in_a_balanced_subset():
    alone = FRAME.assign(row=[None if k % 2 else " " for k in range(len(FRAME))])
    found = diagnose(alone, group="row")
    assert len(found.balanced_subset(alone)) == found.balanced_rows


def test_a_balanced_subset_of_grouped_rows():
    grouped = FRAME.assign(row=np.arange(len(FRAME)) // 2)
    found = diagnose(grouped, group="row")
    assert len(found.balanced_subset(grouped)) == found.balanced_rows


# --- what the model will meet ---------------------------------------------------------------


def test_expectations():
    even, as_is, reversed_ = FOUND.expectations
    assert [each.name for each in FOUND.expectations] == ["even", "as-is", "reversed"]
    assert (even.language_accuracy, even.majority_accuracy) == (0.5, 0.5)
    assert as_is.language_accuracy == 0.75 and reversed_.language_accuracy == 0.25
    assert FOUND.advice is None
    assert "weight the rows" in diagnose(FRAME, expect="even").advice
    assert "leave the data" in diagnose(FRAME, expect="as-is").advice


def test_an_expectation_from_a_file(tmp_path):
    path = tmp_path / "shares.csv"
    path.write_text("language,label,share\nen,good,9\nen,bad,1\nfr,good,0.2\nfr,bad,0.8\n")
    found = diagnose(FRAME, expect=path)
    assert found.expectations[0].language_accuracy == pytest.approx((0.9 + 0.8) / 2)
    assert "of that file" in found.advice


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("language,label\nen,good\n", "column 'share': choose one of language, label"),
        ("language,label,share\nen,good,x\n", "row 1: share 'x' is no number"),
        ("language,label,share\nen,good,-1\n", "row 1: share '-1' is no number"),
        ("language,label,share\nde,good,1\n", "language in --expect .* 'de'"),
        ("language,label,share\nen,good,1e308\nen,bad,1e308\n", "too large to add up"),
        ("language,label,share\nen,good,1\n", "language 'fr' has no share"),
        ("language,label,share\nen,good,1\nen,good,2\n", "two shares of label 'good' in 'en'"),
        ("language,label,share\nen,good,1,\nen,bad,1,\n", "line 2 has 4 columns"),
        ('language,label,share\nen,good,1\nfr,"good,1\n', "line 3 do not pair"),
        (None, "give even, as-is, or a CSV file"),
    ],
)
def test_a_bad_expectation_is_one_sentence(tmp_path, content, words):
    path = tmp_path / "shares.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CompanionError, match=words):
        diagnose(FRAME, expect=path)


def test_a_file_of_shares_is_read_before_the_rows(tmp_path):
    shares, rows = tmp_path / "shares.csv", tmp_path / "rows.csv"
    shares.write_text("language,label,share\nen,good,x\n")
    rows.write_text("language,label\nen,1,2\n")
    with pytest.raises(CompanionError, match="share 'x' is no number"):
        diagnose(rows, expect=shares)


# --- the code of the report -----------------------------------------------------------------

NAMES = {"language": "language", "label": "label"}


@pytest.mark.parametrize(
    "label", [str, {"good": 1.0, "bad": 5.0}.get, {"good": True, "bad": False}.get]
)
def test_sample_weight(label):
    space = {"frame": FRAME.assign(label=FRAME["label"].map(label))}
    exec(snippets.SAMPLE_WEIGHT.format(**NAMES), space)
    expected = FOUND.sample_weight(FRAME).to_numpy()
    assert space["frame"]["sample_weight"].to_numpy() == pytest.approx(expected)


def test_balanced_subset():
    space = {"frame": FRAME}
    exec(snippets.BALANCED_SUBSET.format(**NAMES), space)
    assert len(space["balanced"]) == FOUND.balanced_rows


def test_prior_correction_gives_back_what_the_text_says():
    """Bayes: a model that multiplies the text's evidence by the training prior is corrected."""
    rng = np.random.default_rng(0)
    languages = list(rng.choice(["en", "fr"], 50))
    shares = pd.crosstab(FRAME["language"], FRAME["label"], normalize="index")
    evidence = rng.dirichlet([1, 1], 50)  # under even labels
    learnt = evidence * shares.loc[languages].to_numpy()
    learnt /= learnt.sum(axis=1, keepdims=True)
    space = {"train": FRAME, "languages": languages, "probabilities": learnt}
    exec(snippets.PRIOR_CORRECTION.format(expected=snippets.EVEN, **NAMES), space)
    assert space["corrected"] == pytest.approx(evidence)


@pytest.mark.parametrize(
    ("rows", "expected_rows"),
    [
        ("en,good,0.9\nen,bad,0.1\nfr,good,0.2\nfr,bad,0.8\n", [[0.1, 0.9], [0.8, 0.2]]),
        ("en,good,1\nfr,good,0.2\nfr,bad,0.8\n", [[0, 1], [0.8, 0.2]]),
        ("en,good,1\nfr,good,1\n", [[0, 1], [0, 1]]),  # a label that no language has
    ],
)
def test_prior_correction_to_a_file(tmp_path, rows, expected_rows):
    path = tmp_path / "shares.csv"
    path.write_text(f"language,label,share\n{rows}")
    expected = snippets.FROM_FILE.format(file=str(path))
    shares = pd.crosstab(FRAME["language"], FRAME["label"], normalize="index")
    languages = ["en", "fr"]
    space = {"train": FRAME, "languages": languages, "probabilities": shares.to_numpy()}
    exec(snippets.PRIOR_CORRECTION.format(expected=expected, **NAMES), space)
    assert space["corrected"] == pytest.approx(np.array(expected_rows))


def test_the_weighted_trainer_divides_by_rows(tmp_path):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    space: dict = {}
    exec(snippets.WEIGHTED_TRAINER, space)
    torch.manual_seed(0)
    sizes = dict(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    config = transformers.BertConfig(
        vocab_size=30, hidden_dropout_prob=0, attention_probs_dropout_prob=0, num_labels=2, **sizes
    )
    model = transformers.BertForSequenceClassification(config)
    rows = [
        {
            "input_ids": torch.tensor([1, 2 + number, 3]),
            "labels": torch.tensor(number % 2),
            "sample_weight": torch.tensor([0.5, 2.0][number % 2]),
        }
        for number in range(8)
    ]

    def gradient(batch, steps):
        arguments = transformers.TrainingArguments(
            output_dir=str(tmp_path), remove_unused_columns=False, report_to=[], use_cpu=True,
            per_device_train_batch_size=batch, gradient_accumulation_steps=steps, max_steps=1,
            learning_rate=0.0, max_grad_norm=1e9, disable_tqdm=True, save_strategy="no",
            logging_steps=1,
        )  # fmt: skip
        trainer = space["WeightedTrainer"](model=model, args=arguments, train_dataset=rows)
        trainer.train()
        return next(each["grad_norm"] for each in trainer.state.log_history if "grad_norm" in each)

    inputs = torch.utils.data.default_collate(rows)
    weight, labels = inputs.pop("sample_weight"), inputs.pop("labels")
    losses = torch.nn.functional.cross_entropy(model(**inputs).logits, labels, reduction="none")
    parameters = [each for each in model.parameters() if each.requires_grad]
    found = torch.autograd.grad((weight * losses).sum() / 8, parameters, allow_unused=True)
    by_hand = torch.cat([each.flatten() for each in found if each is not None]).norm().item()
    assert gradient(8, 1) == pytest.approx(by_hand, rel=1e-4)
    assert gradient(4, 2) == pytest.approx(by_hand, rel=1e-4)
