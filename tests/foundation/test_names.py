import pytest

from helpers.foundation import names
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import family_of


def test_families_of_local_sources():
    assert family_of("xnli_7500") == "xnli"
    with pytest.raises(CompanionError, match="unknown dataset 'multiemo_pairs_small'"):
        family_of("multiemo_pairs_small")  # read from no folder
    assert family_of("amazon_reviews_copy_2") == "amazon_reviews"


@pytest.mark.parametrize("model", ["", " ", "a\0b", "~nobody/x", "x" * 4000])
def test_no_name_is_no_model(model):
    with pytest.raises(CompanionError, match="unknown model"):
        names.check_model(model)
