"""Other encoders: an encoder that has not learned is told as such, and left out of the rest."""

import dataclasses

import pytest

from helpers.report import described, other_models, question_figures
from helpers.report.question_list import question
from results_by_hand import as_in_the_paper

QUESTION = question("other_models")


@pytest.fixture(scope="module")
def results():
    """Half of the layers do as all, and random weights do not learn on balanced data."""
    made = as_in_the_paper((0,), dataset="multiemo")
    predictions, scores = dict(made.predictions), dict(made.identification)
    for variant in ("layers=6", "pretrained=0"):
        for setup in ("balanced", "imbalanced", "imbalanced_cw"):
            predictions[f"{setup}+{variant}", 0] = made.predictions[setup, 0]
            scores[f"{setup}+{variant}", 0] = made.identification[setup, 0]
    failed = made.predictions["balanced", 0].assign(predicted=1)
    predictions["balanced+pretrained=0", 0] = failed
    return dataclasses.replace(made, predictions=predictions, identification=scores)


def test_the_answer_counts_encoders(results):
    assert QUESTION.describe(results).answer == (
        "All three models have learned with 1 of 2 encoders (the first six layers). "
        "Imbalance costs accuracy with 1 of 1 encoders. "
        "Class weights win accuracy back with 1 of 1 encoders. "
        "Predictions follow the training shares with 1 of 1 encoders. "
        "Languages move further apart by the log loss, with 1 of 1 encoders. "
        "Class weights bring them closer with 1 of 1 encoders."
    )


def test_the_whole_encoder_stands_beside_them(results):
    shown = described.differences(other_models.numbers(results))
    whole, half, random = (
        shown.loc[name]
        for name in ("the whole pretrained encoder", "the first six layers", "random weights")
    )
    assert whole.tolist() == half.tolist()
    assert (random == "missing").sum() == 5
    levels = described.differences(other_models.levels(results))
    assert levels.loc["random weights"].tolist() == levels.loc["the first six layers"].tolist()
    changes = other_models.changes(results)
    assert len(question_figures.forest(changes, unit=other_models.UNITS)) == 3


def test_where_nothing_is_there_nothing_is_drawn():
    empty = as_in_the_paper(())
    changes = other_models.changes(empty)
    assert question_figures.forest(changes, unit=other_models.UNITS) is None
    assert described.differences(other_models.levels(empty)).empty
