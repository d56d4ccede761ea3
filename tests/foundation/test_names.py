from helpers.foundation.names import family_of


def test_families_of_local_sources():
    assert family_of("xnli_7500") == "xnli"
    assert family_of("multiemo_pairs_small") == "multiemo_pairs"
    assert family_of("amazon_reviews_copy_2") == "amazon_reviews"
