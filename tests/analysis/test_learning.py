"""Whether models have learned, as a number: the bound of the one that is furthest from it."""

from helpers.analysis.learning import learned
from helpers.analysis.predictions import has_learned
from results_by_hand import as_in_the_paper


def test_the_bound_is_above_0_where_all_have_learned():
    made = as_in_the_paper((0,))
    both = learned("balanced", "imbalanced")(made, 0)
    assert both.value == learned("imbalanced")(made, 0).value > 0
    assert has_learned(made.predictions["imbalanced", 0])
    failed = made.predictions["balanced", 0].assign(predicted=1)
    made.predictions["balanced", 0] = failed
    assert learned("balanced", "imbalanced")(made, 0).value <= 0
    assert learned("balanced", "imbalanced_sqrt")(made, 0) is None
