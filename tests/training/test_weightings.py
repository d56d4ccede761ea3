"""What is done against the imbalance, each beside a calculation by hand."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LogisticRegression

import package_copy
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.setups import all_setups
from helpers.training.batches import LengthBuckets
from helpers.training.class_weights import cell_counts, of_rows
from helpers.training.encoders import load_encoder
from helpers.training.hooks import Hooks
from helpers.training.inference import run_model
from helpers.training.weightings.group_dro import GroupDroLoss
from tiny_sources import write_checkout, write_sources
from tiny_tuning import tune

WEIGHTINGS = {
    setup.weighting.name: setup.weighting for setup in all_setups().values() if setup.weighting
}
# English has 2 rows of label 0 and 6 of label 1; French the other way round.
COUNTS = pd.DataFrame([[2, 6], [6, 2]], index=["en", "fr"], columns=[0, 1])


def test_every_weighting_gives_a_setup_that_is_told_apart():
    setups = all_setups()
    assert list(setups)[:3] == ["balanced", "imbalanced", "imbalanced_cw"]
    assert set(setups) == {"balanced", "imbalanced", *(f"imbalanced_{name}" for name in WEIGHTINGS)}
    for name in ("label", "colour", "marker"):
        assert len({getattr(setup, name) for setup in setups.values()}) == len(setups)
    hooks = ("cell_weights", "cell_chances", "make_loss", "make_penalty", "correct")
    for weighting in WEIGHTINGS.values():
        assert any(getattr(weighting, hook) for hook in hooks), weighting.name


@pytest.mark.parametrize(
    ("name", "rare", "frequent"),
    [
        ("cw", 2, 2 / 3),  # 8 / (2 * 2) and 8 / (2 * 6)
        # Roots of 2 and 2/3 are 1.4142 and 0.8165; their mean over 2 and 6 rows is 0.9659.
        ("sqrt", 1.4142 / 0.9659, 0.8165 / 0.9659),
        # 1 / effective number is 0.001 / (1 - 0.999 ** 2) = 0.50025 and 0.001 / (1 - 0.999 ** 6) =
        # 0.16708; their mean over 2 and 6 rows is 0.25038.
        ("effective_number", 0.50025 / 0.25038, 0.16708 / 0.25038),
    ],
)
def test_weights_of_cells(name, rare, frequent):
    weights = WEIGHTINGS[name].cell_weights(COUNTS)
    expected = [[rare, frequent], [frequent, rare]]
    np.testing.assert_allclose(weights, expected, rtol=2e-4)
    np.testing.assert_allclose((weights * COUNTS).sum(axis=1), COUNTS.sum(axis=1))


def test_resampling_draws_every_cell_as_often():
    languages = np.repeat(["en", "en", "fr", "fr"], [200, 600, 600, 200])
    labels = np.repeat([0, 1, 0, 1], [200, 600, 600, 200])
    counts = cell_counts(languages, labels)
    chances = of_rows(WEIGHTINGS["resampling"].cell_chances(counts), languages, labels)
    lengths = np.arange(1600) % 17 + 1
    buckets = LengthBuckets(lengths, batch_size=16, seed=0, chances=chances)
    drawn = np.array(list(buckets))
    assert len(drawn) == 1600 and len(set(drawn.tolist())) < 1600
    found = cell_counts(languages[drawn], labels[drawn]).to_numpy()
    # 400 expected in each cell, with a standard deviation of 17.
    assert np.abs(found - 400).max() < 70
    assert list(buckets) == drawn.tolist()
    buckets.set_epoch(1)
    assert list(buckets) != drawn.tolist()


def loss_of(name, logits, labels, languages):
    loss = WEIGHTINGS[name].make_loss(COUNTS)
    values = loss(torch.tensor(logits), torch.tensor(labels), torch.tensor(languages))
    return values.tolist()


def test_focal_loss():
    # p = 0.8 of the own label: 0.2 ** 2 * -log 0.8; p = 0.2: 0.8 ** 2 * -log 0.2.
    logits = [[math.log(0.8), math.log(0.2)]] * 2
    found = loss_of("focal", logits, [0, 1], [0, 0])
    assert found == pytest.approx([0.04 * 0.22314, 0.64 * 1.60944], rel=1e-4)


def test_logit_adjustment_adds_the_label_s_share_in_the_language():
    # Even logits: what is left are the shares, 1/4 and 3/4 in English, the reverse in French.
    found = loss_of("logit_adjustment", [[0.0, 0.0]] * 3, [0, 1, 0], [0, 0, 1])
    assert found == pytest.approx([-math.log(0.25), -math.log(0.75), -math.log(0.75)])
    # Twice as likely by its logit, a third as likely by its share: 2/4 against 3/4.
    (found,) = loss_of("logit_adjustment", [[math.log(2), 0.0]], [0], [0])
    assert found == pytest.approx(-math.log(2 / 5))


def test_group_dro():
    # Losses of the own label are log 2 twice, log 4 and log 5, in cells 0, 0, 1 and 3 of four.
    probabilities = [[0.5, 0.5], [0.5, 0.5], [0.75, 0.25], [0.8, 0.2]]
    logits = torch.tensor(probabilities).log()
    labels, languages = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 0, 0, 1])
    loss = GroupDroLoss(2, 2, step_size=1.0)
    values = loss(logits, labels, languages)
    # Shares of 1/4 grow by exp(loss): 2, 4, 1 and 5, over their sum of 12.
    assert loss.state["shares"].tolist() == pytest.approx([2 / 12, 4 / 12, 1 / 12, 5 / 12])
    robust = (2 * math.log(2) + 4 * math.log(4) + 5 * math.log(5)) / 12
    assert float(values.sum() / 4) == pytest.approx(robust, rel=1e-5)
    # The rows of cell 0 share its share.
    assert float(values[0] / 4) == pytest.approx(2 / 12 * math.log(2) / 2, rel=1e-5)


# --- in fine-tuning ---------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, repr=False)
class Interrupted(GroupDroLoss):
    """Group DRO that is stopped at its twelfth batch."""

    calls: list = dataclasses.field(default_factory=list)

    def __repr__(self):
        return repr(GroupDroLoss(self.languages, self.labels, self.step_size))

    def __call__(self, *arguments):
        self.calls.append(1)
        if len(self.calls) == 12:
            raise KeyboardInterrupt
        return super().__call__(*arguments)


def test_group_dro_goes_on_with_its_shares(tiny_bert, reviews, tmp_path):
    losses = [GroupDroLoss(6, 2, 0.5) for _ in range(2)]
    whole = tune(tiny_bert, reviews, tmp_path / "whole", hooks=Hooks(loss=losses[0]))
    with pytest.raises(KeyboardInterrupt):
        tune(tiny_bert, reviews, tmp_path / "model", hooks=Hooks(loss=Interrupted(6, 2, 0.5)))
    assert list((tmp_path / "model" / "training").glob("*/complete"))
    resumed = tune(tiny_bert, reviews, tmp_path / "model", hooks=Hooks(loss=losses[1]))
    pd.testing.assert_frame_equal(resumed.history, whole.history, check_exact=True)
    shares = [loss.state["shares"] for loss in losses]
    assert torch.equal(*shares) and shares[0].max() > 1.5 / 12


def test_a_loss_without_weighting_is_plain_cross_entropy(tiny_bert, reviews, tmp_path):
    focal = dataclasses.replace(WEIGHTINGS["focal"].make_loss(COUNTS), gamma=0.0)
    plain = tune(tiny_bert, reviews, tmp_path / "plain")
    same = tune(tiny_bert, reviews, tmp_path / "focal", hooks=Hooks(loss=focal))
    columns = ["training_loss", "validation_loss", "validation_accuracy", "gradient_norm"]
    pd.testing.assert_frame_equal(plain.history[columns], same.history[columns], rtol=1e-4)


def test_a_loss_of_its_own_is_weighted_too_where_a_weighting_has_both(tiny_bert, reviews, tmp_path):
    weights = np.where(reviews["label"] == 0, 0.5, 1.5)
    focal = dataclasses.replace(WEIGHTINGS["focal"].make_loss(COUNTS), gamma=0.0)
    both = tune(tiny_bert, reviews, tmp_path / "a", hooks=Hooks(weights=weights, loss=focal))
    plain = tune(tiny_bert, reviews, tmp_path / "b", hooks=Hooks(weights=weights))
    columns = ["training_loss", "validation_loss", "gradient_norm"]
    pd.testing.assert_frame_equal(both.history[columns], plain.history[columns], rtol=1e-4)


def test_the_validation_loss_has_the_weights_by_which_models_are_chosen(
    tiny_bert, reviews, tmp_path
):
    weights = np.where(reviews["label"] == 0, 0.5, 1.5)
    focal = WEIGHTINGS["focal"].make_loss(COUNTS)
    hooks = Hooks(loss=dataclasses.replace(focal, gamma=0.0), selection_weights=weights)
    chosen = tune(tiny_bert, reviews, tmp_path / "b", hooks=hooks)
    plain = tune(tiny_bert, reviews, tmp_path / "c")
    # Trained as without weights, and chosen as with them.
    training = [each.history["training_loss"] for each in (chosen, plain)]
    np.testing.assert_allclose(*training, rtol=1e-4)
    expected = loss_with(chosen.model, tiny_bert, reviews[::3], weights[::3])
    assert chosen.best_validation_loss == pytest.approx(expected, abs=1e-4)


def loss_with(model, tiny_bert, rows, weights):
    """Return the weighted sum of the rows' cross-entropies over their number."""
    tokenizer = load_encoder(str(tiny_bert), num_labels=2)[1]
    outputs = run_model(model, tokenizer, rows["text"].tolist(), max_length=40, precision="fp32")
    own = outputs.probabilities[np.arange(len(rows)), rows["label"]]
    return float((-np.log(own) * weights).mean())


def test_the_refitted_head_answers_as_the_weighted_regression(tiny_bert):
    model, _ = load_encoder(str(tiny_bert), num_labels=2)
    # One feature that says the label, and one that says the language; labels go with languages.
    labels = [0] * 10 + [1] * 30 + [0] * 30 + [1] * 10
    rows = pd.DataFrame({"language": ["en"] * 40 + ["fr"] * 40, "label": labels})
    features = np.zeros((80, model.head.in_features), dtype=np.float32)
    features[:, 0] = 2 * rows["label"] - 1
    features[:, 1] = np.where(rows["language"] == "en", 1, -1)
    WEIGHTINGS["refitted_head"].correct(model, features, rows)
    weight = (model.head.weight[1] - model.head.weight[0]).detach().numpy()
    assert weight[0] > 3, "the label decides"
    assert weight[1] == pytest.approx(0, abs=1e-3), "in weighted rows the language says nothing"
    logits = model.head(torch.from_numpy(features)).detach()
    expected = (
        LogisticRegression(max_iter=2000)
        .fit(
            features,
            rows["label"],
            sample_weight=of_rows(
                WEIGHTINGS["cw"].cell_weights(cell_counts(rows["language"], rows["label"])),
                rows["language"],
                rows["label"],
            ),
        )
        .predict_proba(features)
    )
    np.testing.assert_allclose(logits.softmax(-1).numpy(), expected, atol=1e-5)


# --- as setups --------------------------------------------------------------------------------


def test_a_weighting_enters_the_fingerprint_with_its_numbers(tiny_checkout, monkeypatch):
    from helpers import stages

    def fingerprint(name):
        experiment = Experiment("e5_small", "multiemo", f"imbalanced_{name}")
        return stages.stage_fingerprint(experiment, "finetuning", sources={})

    before = {name: fingerprint(name) for name in WEIGHTINGS}
    assert len(set(before.values())) == len(WEIGHTINGS)
    monkeypatch.setattr(
        "helpers.stages.finetuning.all_setups",
        lambda: {
            name: setup.weighting
            and dataclasses.replace(
                setup, weighting=dataclasses.replace(setup.weighting, settings={"gamma": 3})
            )
            for name, setup in all_setups().items()
        },
    )
    assert fingerprint("focal") != before["focal"]


def test_an_unknown_weighting_is_refused(tiny_checkout):
    with pytest.raises(CompanionError, match="unknown setup 'imbalanced_smote': choose one of bal"):
        Experiment("e5_small", "multiemo", "imbalanced_smote")


NEW_WEIGHTING = '''
"""The cube roots of the class weights of eq. 2."""

from helpers.foundation.setups import Weighting


def _cell_weights(counts):
    from helpers.training.class_weights import of_mean_one, weights_of_cells

    return of_mean_one(weights_of_cells(counts) ** (1 / 3), counts)


WEIGHTING = Weighting(
    name="cube_root",
    order=25,
    label="cube roots",
    colour="#123456",
    marker=">",
    source="none",
    cell_weights=_cell_weights,
)
'''


@pytest.mark.real
def test_a_weighting_is_added_by_one_file(tmp_path, tiny_bert, monkeypatch):
    copied = package_copy.copy_package(tmp_path / "copy")
    (copied / "training" / "weightings" / "cube_root.py").write_text(NEW_WEIGHTING)
    root, sources = tmp_path / "checkout", write_sources(tmp_path)
    setups = ["balanced", "imbalanced_cube_root"]
    write_checkout(root, tiny_bert, matrix=["xnli_tiny"], setups=setups)
    monkeypatch.setenv("COMPANION_ROOT", str(root))
    package_copy.companion(
        copied, "run", "--model", str(tiny_bert), "--dataset", "xnli", "--stages",
        "subsets,predictions", "--setup", "imbalanced_cube_root",
        "--source", f"xnli={sources['xnli']}",
    )  # fmt: skip
    page = package_copy.executed_page(copied, "04_1_performance", root=root, dataset="xnli_tiny")
    assert "Imbalanced + cube roots" in page
