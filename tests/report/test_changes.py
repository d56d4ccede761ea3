"""What was changed after results had been seen: the published seeds 0 to 2, before and now."""

import pytest

from helpers.foundation import paths, store
from helpers.report import changes, results


@pytest.fixture(scope="module")
def published():
    return results.published()


def test_an_earlier_null_moved_intervals_not_means(published):
    found = changes.null_reference(published)
    neutral = found.loc["Neutral tokens, over- minus under-represented", "MultiEmo"]
    assert neutral["before"].startswith("0.082 [0.043, 0.121]")
    assert neutral["now"].startswith("0.082 [0.065, 0.099]")


def test_an_earlier_recipe_left_models_untrained(published):
    found = changes.recipe(published)
    assert found.loc[("MultiEmo pairs: Balanced", "before")].tolist() == ["0.639", "0.656", "0.327"]
    file = paths.results_dir() / "embedded/e5_small/multiemo_pairs/balanced/seed2"
    now = store.read_json(file, "metrics.json")["accuracy"]
    assert found.loc[("MultiEmo pairs: Balanced", "now"), "seed 2"] == f"{now:.3f}"


def test_the_rulers_are_compared_on_the_seeds_that_found_them(published):
    found = changes.rulers(published)["MultiEmo pairs"]
    before, paper, log_loss = found.loc["Separation, imbalanced − balanced"]
    assert before.startswith("0.058 [−0.026, 0.141]") and "cannot be told" in before
    assert paper.startswith("0.241 [0.101, 0.381]") and "holds" in paper
    assert log_loss.startswith("0.223 [0.048, 0.398]")
