"""The first page of a reader's own book, and its sources."""

import re

import numpy as np
import pandas as pd

from helpers.diagnosis import diagnose
from helpers.foundation import paths
from helpers.own_data import pages
from helpers.own_data.summary import FineTuned

FOUND = FineTuned(
    model="a<b>/c",
    rows={"train": 1200, "validation": 90, "test": 300},
    seeds=1,
    measures=pd.DataFrame(
        [
            ("accuracy, <i>", "as is", 0.5, np.nan, np.nan, np.nan),
            ("accuracy, <i>", "weighted", 0.625, 0.125, -0.02, 0.25),
        ],
        columns=["measure", "setup", "value", "difference", "low", "high"],
    ),
    notes=("Left out: language '<x>'.",),
)


def test_the_first_page_has_every_number_and_escapes_names():
    rows = [("en", "<b>")] * 50 + [("fr", "c")] * 50
    page = pages.first_page(diagnose(pd.DataFrame(rows, columns=["language", "label"])), FOUND)
    assert "0.625 (+0.125, −0.020 to +0.250)" in page and "1,200 rows" in page
    for name in ("a<b>/c", "<i>", "<x>", "<b>"):
        assert name not in page
    assert page.count("```{raw} html") == 2 and page.count("\n```\n") == 2


def test_the_books_own_sources_have_no_link_out_of_it(tmp_path):
    pages.copy_sources(paths.shipped_root(), tmp_path)
    texts = {path.name: path.read_text("utf-8") for path in (tmp_path / "notebooks").iterdir()}
    assert len(texts) == 4 and all(name.startswith("04_") for name in texts)
    for text in texts.values():
        assert not re.search(r"\]\((?!https?:)", text)
    assert (tmp_path / "_config.yml").is_file() and (tmp_path / "book" / "_static").is_dir()
