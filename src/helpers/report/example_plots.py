"""The example texts, every token coloured by its SHAP value, one model below the other."""

import html
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import shap

from helpers.analysis.shap_frames import explanation_from_frame
from helpers.foundation import store
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import setup_label
from helpers.report.display import MISSING, Html
from helpers.report.frames import each

SPACE_MARK = "▁"


def example_values(experiments: Sequence[Experiment], *, seed: int = 0) -> pd.DataFrame:
    """Return the SHAP values of the example texts' tokens, a column ``setup`` added.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one model and data set; those of one seed are used, without variants.
    seed : int

    Returns
    -------
    DataFrame
        As `helpers.analysis.shap_frames.explanation_frame`; empty where nothing was computed.
    """
    frames = [
        frame.assign(setup=setup_label(experiment.setup))
        for experiment, frame in each(experiments, "shap_examples.parquet", store.read_frame)
        if experiment.seed == seed
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def example_plots(values: pd.DataFrame, *, label: str | None, caption: str) -> Html:
    """Draw each example text with `shap.plots.text`, one setup's model below the other's.

    Parameters
    ----------
    values : DataFrame
        From `example_values`.
    label : str or None
        The label whose probability is explained; None where nothing was computed.
    caption : str
        May hold HTML.

    Returns
    -------
    Html
        One table a language. Axes and colours are the same in all of them.
    """
    if values.empty or label is None:
        return Html(f'<p class="companion-missing">{caption} Not computed yet.</p>', "not computed")
    explained = {
        setup: dict(zip(rows["text_id"].unique(), explanation_from_frame(rows), strict=True))
        for setup, rows in values.groupby("setup", sort=False)
    }
    names = [str(name) for name in values.columns if str(name).startswith("value_")]
    column = names.index(f"value_{label}")
    plots = {
        (text, setup): _of_class(explanation, column)
        for setup, texts in explained.items()
        for text, explanation in texts.items()
    }
    low, high = _limits(list(plots.values()))
    size = float(values[f"value_{label}"].abs().max())
    parts: list[str] = []
    for name, rows in values.groupby("language", sort=False):
        body = ""
        for text in rows["text_id"].unique():
            body += "<tbody>"
            for number, setup in enumerate(explained):
                cell = f'<span class="companion-missing">{MISSING}</span>'
                if (text, setup) in plots:
                    cell = _text_plot(
                        plots[text, setup], f"{text}-{number}", xmin=low, xmax=high, cmax=size
                    )
                body += f'<tr><th scope="row">{html.escape(str(setup))}</th><td>{cell}</td></tr>'
            body += "</tbody>"
        opened = "" if parts else " open"
        parts.append(
            f"<details{opened}><summary>{html.escape(str(name))}</summary>"
            f'<div class="companion-scroll" tabindex="0"><table class="companion-examples">'
            f"{body}</table></div></details>"
        )
    return Html(
        f'<figure class="companion-data"><figcaption>{caption}</figcaption>'
        f"{''.join(parts)}</figure>",
        ", ".join(values["text_id"].unique()),
    )


def _text_plot(explanation: shap.Explanation, name: str, **scale: float) -> str:
    """Draw one text; the plot's random identifier gives way to a name, so that pages stay equal."""
    drawn = str(shap.plots.text(explanation, display=False, **scale))
    # With NumPy 2, this release of shap writes colours that no browser reads.
    drawn = re.sub(r"np\.float64\(([^)]*)\)", r"\1", drawn)
    return re.sub(r"(_(?:tp|fb|fs)_)[a-z]{20}(_)", rf"\g<1>{name}\g<2>", drawn)


def _of_class(explanation: shap.Explanation, column: int) -> shap.Explanation:
    """Return one class of one text, as the text plot wants it: with digits that fit its axis."""
    return shap.Explanation(
        values=np.asarray(explanation.values, dtype=float)[:, column].round(3),
        base_values=round(float(np.asarray(explanation.base_values)[column]), 3),
        data=[html.escape(token, quote=False) for token in _shown(list(explanation.data))],
    )


def _shown(tokens: list[str]) -> list[str]:
    """Return a text's tokens as they are drawn: a space mark of its own as `SPACE_MARK`.

    XLM-R's tokenizer begins every text with the mark. Where it is a token of its own, as before
    Japanese and Chinese, the tokenizer's spans give it the character that follows, which would
    stand there twice.
    """
    return [
        SPACE_MARK if before == "" and len(token) == 1 and after.startswith(token) else token
        for before, token, after in zip(["?", *tokens], tokens, [*tokens[1:], ""], strict=False)
    ]


def _limits(explanations: Sequence[shap.Explanation]) -> tuple[float, float]:
    """Return a range of probabilities that holds every text's arrows."""
    ends = []
    for one in explanations:
        total = one.base_values + one.values.sum()
        ends += [total - one.values[one.values > 0].sum(), total - one.values[one.values < 0].sum()]
    margin = 0.05 * (max(ends) - min(ends))
    return min(ends) - margin, max(ends) + margin
