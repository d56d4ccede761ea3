from helpers.report import figures, frames


def test_without_results_the_kept_states_are_an_empty_frame():
    curves = frames.training_curves([])
    kept = curves[curves["best"]]
    assert kept.empty
    assert {"setup", "seed", "validation_loss"} <= set(kept.columns)
    assert figures.training_curves(curves) is None
