"""The head of footnote 2, beside PyTorch's own layer and optimizer."""

import dataclasses
import math

import pandas as pd
import pytest
import torch

from helpers.foundation.setups import all_setups
from helpers.training.hooks import Hooks
from helpers.training.language_head import (
    LanguageHead,
    negative_entropy,
    reversed_cross_entropy,
)
from tiny_tuning import tune

CHARGES = [negative_entropy, reversed_cross_entropy]


def batches(count=8):
    generator = torch.Generator().manual_seed(1)
    languages = torch.tensor([0, 1, 2, 0, 1, 2])
    return [
        (torch.randn(6, 5, generator=generator) + languages[:, None], languages)
        for _ in range(count)
    ]


def reference(head):
    """Return a layer with the head's first weights, and the authors' optimizer for it."""
    layer = torch.nn.Linear(5, 3)
    with torch.no_grad():
        layer.weight.copy_(head.state["weight"])
        layer.bias.copy_(head.state["bias"])
    return layer, torch.optim.RAdam(layer.parameters(), lr=head.learning_rate)


@pytest.mark.parametrize("charge", CHARGES)
def test_the_head_learns_as_a_layer_with_radam(charge):
    head = LanguageHead(3, charge, factor=0.1, learning_rate=0.05)
    head._prepare(batches()[0][0])
    layer, optimizer = reference(head)
    for features, languages in batches():
        head(features, languages)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(layer(features), languages).backward()
        optimizer.step()
    torch.testing.assert_close(head.state["weight"], layer.weight.detach())
    torch.testing.assert_close(head.state["bias"], layer.bias.detach())


def gradients(charge):
    """Return the features' gradient by a charge, and by the cross-entropy of the same head."""
    (features, languages), *_ = batches()
    head = LanguageHead(3, charge, factor=0.1, learning_rate=0.05)
    head._prepare(features)
    layer, _ = reference(head)
    ours, theirs = features.clone().requires_grad_(), features.clone().requires_grad_()
    head(ours, languages).sum().backward()
    torch.nn.functional.cross_entropy(layer(theirs), languages, reduction="sum").backward()
    return ours.grad, theirs.grad, layer, features


def test_the_encoder_gets_the_gradient_reversed():
    ours, theirs, _, _ = gradients(reversed_cross_entropy)
    torch.testing.assert_close(ours, -0.1 * theirs)


def test_the_encoder_raises_the_head_s_entropy():
    ours, _, layer, features = gradients(negative_entropy)

    def entropy(values):
        logits = layer(values).detach()
        return float(torch.distributions.Categorical(logits=logits).entropy().sum())

    assert entropy(features - 0.1 * ours) > entropy(features)


def test_charges_by_hand():
    probabilities = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]])
    languages = torch.tensor([1, 1])
    entropies = [-1.5 * math.log(2), 0.8 * math.log(0.8) + 0.2 * math.log(0.1)]
    found = negative_entropy(probabilities.log(), languages)
    assert found.tolist() == pytest.approx(entropies)
    found = reversed_cross_entropy(probabilities.log(), languages)
    assert found.tolist() == pytest.approx([math.log(0.25), math.log(0.8)])


def test_the_setups_have_the_plan_s_factors():
    counts = pd.DataFrame([[2, 6], [6, 2]], index=["en", "fr"])
    penalties = {
        name: setup.weighting.make_penalty(counts)
        for name, setup in all_setups().items()
        if setup.weighting and setup.weighting.make_penalty
    }
    assert {name: (each.charge, each.factor) for name, each in penalties.items()} == {
        "imbalanced_entropy_maximisation": (negative_entropy, 0.01),
        "imbalanced_entropy_maximisation_weak": (negative_entropy, 0.001),
        "imbalanced_gradient_reversal": (reversed_cross_entropy, 0.1),
        "imbalanced_gradient_reversal_weak": (reversed_cross_entropy, 0.01),
    }


# --- in fine-tuning ---------------------------------------------------------------------------


def six(factor):
    return LanguageHead(6, reversed_cross_entropy, factor, learning_rate=0.01)


@dataclasses.dataclass(frozen=True, repr=False)
class Interrupted(LanguageHead):
    """A head that is stopped at its twelfth batch."""

    calls: list = dataclasses.field(default_factory=list)

    def __call__(self, *arguments):
        self.calls.append(1)
        if len(self.calls) == 12:
            raise KeyboardInterrupt
        return super().__call__(*arguments)


def test_a_head_goes_on_where_it_was_stopped(tiny_bert, reviews, tmp_path):
    whole, rest = six(0.5), six(0.5)
    expected = tune(tiny_bert, reviews, tmp_path / "whole", hooks=Hooks(penalty=whole))
    stopped = Interrupted(6, reversed_cross_entropy, 0.5, learning_rate=0.01)
    with pytest.raises(KeyboardInterrupt):
        tune(tiny_bert, reviews, tmp_path / "model", hooks=Hooks(penalty=stopped))
    assert list((tmp_path / "model" / "training").glob("*/complete"))
    found = tune(tiny_bert, reviews, tmp_path / "model", hooks=Hooks(penalty=rest))
    pd.testing.assert_frame_equal(found.history, expected.history, check_exact=True)
    for name, value in whole.state.items():
        assert torch.equal(value, rest.state[name]), name


def test_a_head_changes_the_training_by_its_factor_alone(tiny_bert, reviews, tmp_path):
    columns = ["training_loss", "validation_loss", "validation_accuracy", "gradient_norm"]
    plain, unheard, heard = (
        tune(tiny_bert, reviews, tmp_path / name, hooks=Hooks(penalty=penalty)).history[columns]
        for name, penalty in (("plain", None), ("unheard", six(0.0)), ("heard", six(0.5)))
    )
    pd.testing.assert_frame_equal(plain, unheard)
    assert (heard["training_loss"] < plain["training_loss"]).all()
