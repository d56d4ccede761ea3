import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from helpers.training.objectives import masked_input_entropy, weighted_cross_entropy

LOGITS = torch.tensor([[2.0, 0.5, -1.0], [0.0, 0.0, 1.0], [-3.0, 1.0, 1.0], [0.2, 0.1, 0.0]])
LABELS = torch.tensor([0, 2, 1, 1])
WEIGHTS = torch.tensor([0.5, 2.0, 1.0, 3.0])


def test_unweighted_it_is_torch_s_cross_entropy():
    ours = weighted_cross_entropy(LOGITS, LABELS, None, num_items=4)
    torch.testing.assert_close(ours, cross_entropy(LOGITS, LABELS))


def test_the_divisor_is_the_number_of_rows_not_the_sum_of_weights():
    ours = weighted_cross_entropy(LOGITS, LABELS, WEIGHTS, num_items=4)
    losses = cross_entropy(LOGITS, LABELS, reduction="none")
    torch.testing.assert_close(ours, (losses * WEIGHTS).sum() / 4)
    doubled = weighted_cross_entropy(LOGITS, LABELS, 2 * WEIGHTS, num_items=4)
    torch.testing.assert_close(doubled, 2 * ours)


def test_accumulated_batches_add_up_to_the_whole():
    whole = weighted_cross_entropy(LOGITS, LABELS, WEIGHTS, num_items=4)
    parts = [
        weighted_cross_entropy(LOGITS[rows], LABELS[rows], WEIGHTS[rows], num_items=4)
        for rows in (slice(0, 1), slice(1, 4))
    ]
    torch.testing.assert_close(sum(parts), whole)


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=6))
def test_masked_input_entropy_is_the_negative_entropy(row):
    value = masked_input_entropy(torch.tensor([row])).item()
    expected = -torch.distributions.Categorical(logits=torch.tensor([row])).entropy().item()
    assert value == pytest.approx(expected, abs=1e-5)
    assert -math.log(len(row)) - 1e-5 <= value <= 1e-6


def test_masked_input_entropy_is_a_mean_over_the_batch_and_pulls_to_uniform():
    logits = torch.tensor([[3.0, 0.0], [0.0, 0.0]], requires_grad=True)
    loss = masked_input_entropy(logits)
    singles = [masked_input_entropy(logits[row : row + 1]) for row in (0, 1)]
    torch.testing.assert_close(loss, sum(singles) / 2)
    loss.backward()
    assert logits.grad[0, 0] > 0 > logits.grad[0, 1]  # a descent step lowers the peak


def test_extreme_logits_keep_a_finite_gradient():
    logits = torch.tensor([[1e4, -1e4]], requires_grad=True)
    masked_input_entropy(logits).backward()
    assert torch.isfinite(logits.grad).all()
