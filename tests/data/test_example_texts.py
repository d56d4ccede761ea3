from helpers.data.example_texts import example_texts
from helpers.foundation.datasets import all_datasets


def test_every_family_has_two_texts_in_each_of_its_languages():
    for family in filter(lambda about: about.labels, all_datasets().values()):
        texts = example_texts(family.languages, is_pair=family.is_pair)
        assert texts["language"].value_counts().to_dict() == dict.fromkeys(family.languages, 2)
        assert texts["id"].is_unique and not texts["text"].duplicated().any()
        assert (texts["text"].str.strip() == texts["text"]).all() and texts["text"].all()
        assert (texts["text_pair"] != "").all() == family.is_pair


def test_a_language_without_an_example_is_left_out():
    assert example_texts(["pl", "fr"], is_pair=False)["language"].unique().tolist() == ["fr"]
    assert example_texts(["pl"], is_pair=True).empty
