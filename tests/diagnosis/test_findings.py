"""Findings: what is missing, rare, uneven, copied; and what differs in another table."""

import numpy as np
import pandas as pd
import pytest
import tables

from helpers.diagnosis import diagnose
from helpers.diagnosis.findings import exclude

FRAME = tables.frame()


def kinds(found):
    return {finding.kind: finding.level for finding in found.findings}


def test_a_skew_is_found_and_nothing_else():
    found = diagnose(FRAME)
    assert kinds(found) == {"joint skew": "error"}
    assert found.level == "error" and not found.undecided
    assert found.association.gain == pytest.approx(0.25)
    assert found.cells["drives"].all()


def test_few_rows_are_no_pass():
    found = diagnose(FRAME[:24])
    assert found.status == "too little data to tell" and found.undecided


def test_rare_languages_and_labels_are_left_out_and_listed():
    few = pd.DataFrame({"language": ["de"] * 5, "label": "good", "text": list("abcde")})
    found = diagnose(pd.concat([FRAME, few]))
    assert [(each.part, each.name, each.rows) for each in found.excluded] == [("language", "de", 5)]
    assert found.association.rows == len(FRAME) and found.rows == len(FRAME) + 5
    assert "language de (5 rows)" in found.to_text()


def test_leaving_out_goes_on_until_all_are_large_enough():
    table = pd.DataFrame(
        {"a": [50, 50, 0], "b": [50, 50, 0], "c": [2, 0, 9]}, index=["en", "fr", "de"]
    )
    left, excluded = exclude(table)
    assert left.shape == (2, 2)
    assert [each.name for each in excluded] == ["de", "c"]


def test_with_one_language_left_nothing_can_be_told():
    rows = pd.DataFrame({"language": ["en"] * 400 + ["fr"] * 3, "label": ["a", "b"] * 201 + ["a"]})
    found = diagnose(rows)
    assert found.association is None and found.undecided
    assert "too little data" in found.to_text() and "too little data" in found.to_html()
    assert found.to_dict()["association"] is None


def test_margins_are_kept_apart_from_the_joint_skew():
    rows = pd.DataFrame(
        {
            "language": ["en"] * 4000 + ["fr"] * 1000,
            "label": ["good", "good", "good", "bad"] * 1250,
        }
    )
    found = diagnose(rows)
    assert found.status == "no finding"
    assert kinds(found) == {"uneven labels": "note", "uneven languages": "note"}


def test_a_rare_cell():
    rows = pd.concat([FRAME, pd.DataFrame({"language": "de", "label": ["good"] * 99 + ["bad"]})])
    assert kinds(diagnose(rows))["rare cells"] == "note"


def test_copied_texts():
    copies = FRAME[:100].assign(label="other")
    assert kinds(diagnose(pd.concat([FRAME, copies])))["texts with several labels"] == "warning"
    moved = FRAME[:10].assign(language="de")
    found = diagnose(pd.concat([FRAME, moved]))
    assert kinds(found)["texts in several languages"] == "note"
    assert found.texts.in_several_languages == 10


def test_a_pair_is_one_text():
    same = FRAME.assign(text="the same premise", hypothesis=FRAME["text"])
    assert diagnose(same).texts.texts == len(FRAME)


# --- against another table ------------------------------------------------------------------


def test_a_reference_of_the_same_kind():
    found = diagnose(FRAME, reference=FRAME)
    assert found.reference.status == "no finding"
    assert found.reference.association.cramers_v.value == 0


def test_a_reference_needs_no_texts():
    assert "text" in FRAME
    found = diagnose(FRAME, reference=FRAME.drop(columns="text"))
    assert found.reference.status == "no finding"


def test_a_balanced_reference_differs():
    even = pd.DataFrame(
        {"language": ["en", "en", "fr", "fr"] * 200, "label": ["good", "bad"] * 400}
    )
    found = diagnose(FRAME.drop(columns="text"), reference=even)
    assert found.reference.status in ("note", "warning", "error")
    assert kinds(found)["reference"] == found.reference.status


def test_what_only_one_of_them_has():
    other = FRAME.replace({"language": {"fr": "de"}})
    found = diagnose(FRAME, reference=other)
    assert found.reference.only_here == ("fr",) and found.reference.only_there == ("de",)
    sentences = [each.sentence for each in found.findings if each.kind == "reference"]
    assert any("fr is missing in the reference" in sentence for sentence in sentences)
    assert any("de occurs in the reference only" in sentence for sentence in sentences)


def test_a_small_reference_cannot_be_told():
    rng = np.random.default_rng(0)
    found = diagnose(FRAME, reference=FRAME.sample(30, random_state=rng))
    assert found.undecided
