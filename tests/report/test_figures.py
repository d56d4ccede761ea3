"""Figures draw the numbers of their frames, in the setups' own colours."""

import base64
import re

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

import fake_results
from helpers.report import display, figures, frames, shap_figures, shap_frames

matplotlib.use("Agg")


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    with fake_results.checkout(tmp_path_factory.mktemp("figures")):
        yield fake_results.write_all()


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_accuracy_draws_each_mean_where_it_is(experiments):
    summary = frames.accuracy(experiments)
    ax = figures.accuracy(summary, frames.accuracy_by_seed(experiments))
    means = {
        to_hex(line.get_color()): line.get_xdata()[0]
        for line in ax.lines
        if line.get_marker() in figures.SETUP_MARKERS.values()
    }
    assert list(means) == [
        figures.SETUP_COLOURS[setup] for setup in reversed(frames.setups(experiments))
    ]
    assert list(means.values())[::-1] == pytest.approx(summary["accuracy"].tolist())


def test_counts_are_written_into_their_cells(experiments):
    axes = figures.joint_counts(frames.joint_counts(experiments))
    assert [text.get_text() for text in axes[0].texts] == ["100"] * 6
    assert [text.get_text() for text in axes[1].texts] == ["150", "100", "50", "50", "100", "150"]


def test_predicted_shares_stand_over_training_shares(experiments):
    shares = frames.predicted_share(experiments)
    axes = figures.predicted_share(shares)
    heights = [patch.get_height() for patch in axes[0].patches]
    assert heights == pytest.approx([1 / 2, 1 / 3, 1 / 6])
    drawn = {
        to_hex(line.get_color()): line.get_ydata().tolist()
        for line in axes[0].lines
    }  # fmt: skip
    of_group = shares[shares["languages"] == "fr"]
    for setup in dict.fromkeys(shares["setup"]):
        colour = figures.SETUP_COLOURS[setup]
        expected = of_group.loc[of_group["setup"] == setup, "share"].tolist()
        assert drawn[colour] == pytest.approx(expected)


def test_identification_marks_chance_and_pretrained(experiments):
    axes = figures.identification(frames.identification(experiments))
    grey = [line.get_xdata()[0] for line in axes[0].lines if line.get_color() == figures.GREY]
    assert grey == [0.5, 0.99]


def test_every_bar_has_its_null_behind_it(experiments):
    frame = shap_frames.shap_difference(experiments)
    labels = shap_frames.skew_ends(experiments)
    axes = shap_figures.shap_difference(frame, labels)
    for ax in axes:
        null = [patch for patch in ax.patches if to_hex(patch.get_facecolor()) == figures.LIGHT]
        bars = [patch for patch in ax.patches if patch not in null]
        assert len(null) == len(bars) == 8
        centre = {round(patch.get_x() + patch.get_width() / 2, 3) for patch in null}
        assert centre == {round(bar.get_x() + bar.get_width() / 2, 3) for bar in bars}
        assert max(patch.zorder for patch in null) < min(bar.zorder for bar in bars)
    over = [
        bar
        for bar in axes[0].patches
        if to_hex(bar.get_facecolor()) == shap_figures.SIDE_COLOURS["over"]
    ]
    assert over[1].get_height() == pytest.approx(0.1055)  # neutral tokens, over-represented


def test_limits_hold_all_that_is_drawn(experiments):
    frame = shap_frames.shap_difference(experiments)
    low, high = shap_figures.shap_limits(frame, shap_frames.skew_ends(experiments))
    assert low < np.nanmin(frame["difference"]) and high > np.nanmax(frame["difference"])


def test_nothing_to_draw_is_no_figure():
    assert figures.accuracy(frames.accuracy([]), frames.accuracy_by_seed([])) is None
    assert figures.joint_counts(frames.joint_counts([])) is None
    assert figures.identification(frames.identification([])) is None
    assert figures.training_curves(frames.training_curves([])) is None
    assert figures.predicted_share(frames.predicted_share([])) is None
    assert shap_figures.shap_difference(shap_frames.shap_difference([]), []) is None
    shown = display.figure(None, caption="<b>Figure.</b> X", alt="x").html
    assert "Not computed yet" in shown and "<img" not in shown


def test_a_figure_is_one_self_contained_image_with_its_words(experiments):
    def draw():
        ax = figures.accuracy(frames.accuracy(experiments), frames.accuracy_by_seed(experiments))
        return display.figure(ax, caption="<b>Figure.</b> Accuracy", alt='up & "down"').html

    shown = draw()
    assert 'alt="up &amp; &quot;down&quot;"' in shown
    assert "<figcaption><b>Figure.</b> Accuracy.</figcaption>" in shown
    source = re.search(r"data:image/svg\+xml;base64,([^\"]+)", shown)[1]
    assert b"<svg" in base64.b64decode(source)
    assert b"http" not in re.sub(rb"http://www\.w3\.org|https?://purl\.org|http://creativecommons\.org",
                                 b"", base64.b64decode(source))  # fmt: skip
    assert draw() == shown  # nothing of the machine or the time is in it
    assert not plt.get_fignums()


def test_a_label_with_dollars_is_no_formula():
    _, ax = plt.subplots()
    ax.set_xticks([0, 1], ["$^$", "$0-$50"])
    ax.set_title("$x$")
    svg = display.as_svg(ax.get_figure()).decode()
    assert all(f">{label}</text>" in svg for label in ("$^$", "$0-$50", "$x$"))


def test_alt_text_has_every_number(experiments):
    summary = frames.accuracy(experiments)
    text = figures.alt_text("Accuracy", summary, name=["setup"], value="accuracy")
    for value in summary["accuracy"]:
        assert f"{value:.3f}" in text


@pytest.mark.parametrize(("length", "columns"), [(4, 4), (10, 3), (22, 2), (40, 1)])
def test_a_legend_is_as_wide_as_its_figure_allows(length, columns):
    axes = figures.panels(1)
    handles = [axes[0].plot([0, 1], label="m" * length)[0] for _ in range(5)]
    figures.legend_below(axes, handles)
    canvas = axes[0].get_figure()
    (legend,) = canvas.legends
    assert legend._ncols == columns
    assert legend.get_window_extent().width <= canvas.bbox.width
