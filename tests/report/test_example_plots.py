import re

import pytest

import fake_results
from helpers.report.example_plots import (
    DEEPEST,
    LOWERS,
    RAISES,
    SPACE_MARK,
    example_plots,
    example_values,
)


def test_each_text_is_drawn_for_each_setup_on_one_scale(experiments):
    values = example_values(experiments)
    assert values["setup"].unique().tolist() == ["balanced", "imbalanced", "imbalanced_cw"]
    shown = example_plots(values, label=fake_results.LABELS[-1], caption="Texts").html
    assert set(re.findall(r'<th scope="row">(.*?)<', shown)) == {
        "Balanced",
        "Imbalanced",
        "Imbalanced + class weights",
    }
    views = [(each, label) for each in fake_results.LANGUAGES for label in fake_results.LABELS]
    assert re.findall(r'data-language="(.*?)" data-label="(.*?)"', shown) == views
    assert re.findall(r'data-label="([^"]*)" open', shown) == [fake_results.LABELS[-1]]
    assert shown.count("<td>") == shown.count("<small>0.25 → ") == len(views) * 2 * 3
    largest = values.filter(like="value_").abs().max(axis=None)
    tokens = re.findall(r'rgb\(([\d ]+)/([\d.]+)\)[^"]*" title="([+−])([\d.]+)"', shown)
    assert {(colour, sign) for colour, _, sign, _ in tokens} == {(RAISES, "+"), (LOWERS, "−")}
    for _, opacity, _, size in tokens:
        assert float(opacity) == pytest.approx(DEEPEST * float(size) / largest, abs=0.006)
    assert shown.count("dotted") == sum(sign == "−" for _, _, sign, _ in tokens)
    again = example_plots(values, label=fake_results.LABELS[-1], caption="Texts").html
    assert shown == again, "nothing in a page is random"
    assert "&lt;b&gt;" in shown and "<b>" not in shown


def test_what_is_missing_is_said(experiments):
    values = example_values(experiments)
    values = values[(values["setup"] != "imbalanced") | (values["text_id"] != "fr-0")]
    shown = example_plots(values, label=fake_results.LABELS[-1], caption="Texts").html
    missing = shown.count('<span class="companion-missing">missing</span>')
    assert missing == len(fake_results.LABELS)
    nothing = example_plots(example_values([]), label=None, caption="Texts").html
    assert "Not computed yet" in nothing


def test_a_space_mark_does_not_show_the_next_token_s_character(experiments):
    values = example_values(experiments)
    values["token"] = values["token"].replace({"a ": "荷", "<b>": "荷物"})
    shown = example_plots(values, label=fake_results.LABELS[-1], caption="Texts").html
    assert SPACE_MARK in shown and "荷物" in shown
    assert "荷" not in shown.replace("荷物", "")
