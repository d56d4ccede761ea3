"""The language column against a detector, where the optional package is installed."""

import pandas as pd
import pytest

from helpers.diagnosis import detected, diagnose

SENTENCES = {
    "en": "The room was clean and quiet, and breakfast was served until noon, number",
    "fr": "La chambre était propre et calme, et le petit déjeuner servi jusqu'à midi, numéro",
}


def frame():
    rows = [
        (language, ("a", "b")[number % 2], f"{SENTENCES[language]} {number}")
        for language in SENTENCES
        for number in range(60)
    ]
    return pd.DataFrame(rows, columns=["language", "label", "text"])


def test_right_and_wrong_languages():
    pytest.importorskip("eld", reason="optional: pip install eld")
    right = diagnose(frame())
    assert right.detected.texts == 120
    assert max(right.detected.disagreeing.values()) < 0.1
    wrong = frame()
    wrong.loc[wrong.index[:30], "language"] = "fr"
    found = diagnose(wrong)
    assert found.detected.disagreeing["fr"] == pytest.approx(30 / 90, abs=0.05)
    assert [each.kind for each in found.findings if "detector" in each.sentence] == [
        "language column"
    ]


def test_a_language_s_name_is_no_code():
    pytest.importorskip("eld", reason="optional: pip install eld")
    named = frame()
    named["language"] = named["language"].map(lambda code: {"de": "Slovak"}.get(code, f"{code}-XX"))
    found = diagnose(named)
    assert found.detected.texts == 60 and "sl" not in found.detected.disagreeing


def test_without_a_text_nothing_is_detected():
    assert detected.detect(None) is None and detected.findings(None) == []
    assert diagnose(frame().drop(columns="text")).detected is None
