"""What a reader can move and guess: the skew at each severity, and masked texts.

All of it is drawn beforehand; the book's script ``steps.js`` shows one step at a time.
"""

import html
from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.analysis.quantities import RunResults
from helpers.data.cells import skew_shares
from helpers.foundation.experiment import Experiment
from helpers.report import example_plots, frames, question_runs, severity
from helpers.report.display import Html, missing, not_computed, percent, scrollable, signed
from helpers.report.labels import setup_label
from helpers.report.places import place_label
from helpers.report.question_figures import means
from helpers.report.question_list.severity import QUESTION
from helpers.report.results import collect

# Where there is no result the subset's table still has a step.
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
_BLUE = "0 114 178"  # Okabe and Ito's


# A panel of Q.6, and what the slider calls it.
_SHOWN: Mapping[str, str] = {
    "Slope": "slope of predictions on the shares of severity 1",
    "Accuracy, even": "accuracy",
    "Identification, C = 1e-4": "how easily languages are told apart",
}


def severity_slider(experiments: Sequence[Experiment], *, caption: str) -> Html:
    """Return the subset's table at each severity, with what that changes, to be moved by a slider.

    It begins at 1, the paper's severity.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile; the first data set and model with results is taken.
    caption : str
        May hold HTML.
    """
    profiles = dict.fromkeys(each.profile for each in experiments)
    asked = [each for name in profiles for each in question_runs.experiments([QUESTION], name)]
    found = collect([*experiments, *asked])
    if not found:
        return not_computed(caption)
    results = found[0]
    changes = means(severity.by_severity(results), line="severity")
    steps = sorted({*_STEPS, *changes["severity"]})
    parts = [
        f'<div class="companion-step" data-step="{step:g}"><p><b>Severity {step:g}</b></p>'
        f"{_shares(results, step)}{_bars(changes, step)}</div>"
        for step in steps
    ]
    where = html.escape(place_label(*results.place))
    about = (
        f"{caption} {where}. Above: label shares of each language in the imbalanced training "
        "subset. Below: what that changes on the balanced model of the same seed, mean over seeds."
    )
    return Html(
        '<figure class="companion-data companion-steps" data-label="Severity" data-start="1">'
        f"<figcaption>{about}</figcaption>{''.join(parts)}</figure>",
        ", ".join(f"{step:g}" for step in steps),
    )


def _shares(results: RunResults, step: float) -> str:
    """Return the shares of each label in each language as a table of shades."""
    shares = skew_shares(results.skew, severity=step)
    head = "".join(f'<th scope="col">{html.escape(label)}</th>' for label in results.labels)
    rows = ""
    for language, row in shares.iterrows():
        cells = "".join(
            f'<td style="background:rgb({_BLUE}/{min(0.75, share):.2f})">'
            f"{round(100 * share, 1):g} %</td>"
            for share in row
        )
        rows += f'<tr><th scope="row">{html.escape(str(language))}</th>{cells}</tr>'
    table = (
        f'<table class="companion-table"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    return scrollable(table, name=f"Label shares at severity {step:g}")


def _bars(changes: pd.DataFrame, step: float) -> str:
    """Return a line for each panel: its change, as a number and as a bar on a common scale."""
    rows = ""
    for panel, words in _SHOWN.items():
        at = {row["severity"]: row for row in changes.to_dict("records") if row["panel"] == panel}
        largest = max((abs(row["mean"]) for row in at.values()), default=0.0) or 1.0
        if step in at:
            value, seeds = float(at[step]["mean"]), at[step]["seeds"]
            width = 100 * abs(value) / largest
            shown = f"{signed(value)} <small>seeds: {seeds}</small>"
            bar = f'<span class="companion-bar" style="width:{width:.0f}%"></span>'
        else:
            shown, bar = missing(), ""
        rows += f'<tr><th scope="row">{words}</th><td>{shown}</td><td>{bar}</td></tr>'
    return f'<table class="companion-table companion-bars"><tbody>{rows}</tbody></table>'


# --- be the model -----------------------------------------------------------------------------


def guess(experiments: Sequence[Experiment], *, caption: str) -> Html:
    """Return texts of the book's own, masked, to guess the label of from their language alone.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one model and data set.
    caption : str
        May hold HTML.

    Returns
    -------
    Html
        For each language one text. What is uncovered tells the text, which labels its language had
        in training, and what each model answers.
    """
    values, counts = example_plots.example_values(experiments), pd.DataFrame()
    if not values.empty:
        counts = frames.imbalanced_counts(experiments)
    if counts.empty:
        return not_computed(caption)
    labels = list(dict.fromkeys(counts["label"]))
    parts = []
    for language, rows in values.groupby("language", sort=False):
        text_id = rows["text_id"].iloc[-1]
        shares = counts[counts["language"] == language].set_index("label")["share"]
        parts.append(_card(str(language), rows[rows["text_id"] == text_id], shares, labels))
    return Html(
        f'<figure class="companion-data companion-guesses"><figcaption>{caption}</figcaption>'
        f"{''.join(parts)}</figure>",
        ", ".join(values["language"].unique()),
    )


def _card(
    language: str, rows: pd.DataFrame, shares: "pd.Series[float]", labels: Sequence[str]
) -> str:
    """Return one text with its choices, and what is uncovered."""
    first = rows[rows["setup"] == rows["setup"].iloc[0]]
    special = first["is_special"].astype(bool)
    masks = "▒ " * int((~special).sum())
    words = example_plots.shown_tokens(first["token"].astype(str).tolist())
    parts = (" / " if mark else word for word, mark in zip(words, special, strict=True))
    text = "".join(parts).replace(example_plots.SPACE_MARK, "").strip(" /")
    name = html.escape(language)
    choices = "".join(
        f'<label><input type="radio" name="guess-{name}"> {html.escape(label)}</label> '
        for label in labels
    )
    best = str(shares.idxmax())
    answers = "".join(
        f"<li>{html.escape(setup_label(str(setup)))}: {html.escape(_answer(part, labels))}</li>"
        for setup, part in rows.groupby("setup", sort=False)
    )
    return (
        f"<fieldset><legend>A text in <b>{name}</b></legend>"
        f'<p><span role="img" aria-label="masked tokens">{masks}</span></p><p>{choices}</p>'
        f"<details><summary>Uncover</summary><p>“{html.escape(text)}” In "
        f"the imbalanced training subset, {percent(float(shares.max()))} of the texts in {name} "
        f"were <i>{html.escape(best)}</i>: who sees only the language does best to say so "
        f"each time.</p><ul>{answers}</ul></details></fieldset>"
    )


def _answer(rows: pd.DataFrame, labels: Sequence[str]) -> str:
    """Return the label that a model gives the text, with its probability."""
    sums = {
        label: float(rows[f"base_{label}"].iloc[0] + rows[f"value_{label}"].sum())
        for label in labels
    }
    best = max(sums, key=lambda label: sums[label])
    return f"{best}, with a probability of {sums[best]:.2f}"
