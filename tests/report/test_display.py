"""What others wrote is shown as text, never read as HTML."""

import pandas as pd

import fake_results
from helpers.foundation import store
from helpers.report import display, open_cells, runs, tables

TAG = "<img src=x onerror=alert(1)>"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;"


def test_cells_index_and_headings_are_text():
    frame = pd.DataFrame({TAG: [TAG, 0.5]}, index=[TAG, "a"])
    frame.columns = pd.MultiIndex.from_tuples([(TAG, TAG)])
    shown = display.table(frame, caption="<b>Table 1.</b> Ours").html
    assert "<img" not in shown
    assert shown.count(ESCAPED) == 4
    assert "<b>Table 1.</b> Ours" in shown


def test_a_column_with_a_format_is_text_too():
    frame = pd.DataFrame({"a": [TAG]}, index=["b"])
    shown = display.table(frame, caption="c", formats={"a": "{}!"}).html
    assert "<img" not in shown and f"{ESCAPED}!" in shown


def test_a_label_and_a_model_named_as_a_tag_are_shown_as_such(experiments, tmp_path):
    content = store.read_json(experiments[0].folder, "subsets.json")
    content["labels"] = [TAG, *content["labels"][1:]]
    fake_results.publish(experiments[0], "subsets", {"subsets.json": content})
    folder = tmp_path / TAG
    folder.mkdir()
    other = experiments[0].replace(model=str(folder))
    for shown in (
        display.table(tables.training_shares(experiments), caption=""),
        display.table(runs.recipe([other]), caption=""),
        display.table(runs.progress([other]), caption=""),
        open_cells.shown([other], caption=""),
        display.missing_note([other], "metrics.json"),
    ):
        assert "<img" not in shown.html
        assert ESCAPED in shown.html
