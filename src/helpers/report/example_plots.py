"""The example texts, every token coloured by its SHAP value, one model below the other."""

import html
from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.foundation.experiment import Experiment
from helpers.report.display import Html, missing, not_computed, scrollable, signed
from helpers.report.frames import each
from helpers.report.labels import setup_label

SPACE_MARK = "▁"
RAISES, LOWERS = "230 159 0", "86 180 233"  # Okabe and Ito's orange and sky blue
DEEPEST = 0.45  # opacity of the largest value: text on it stays readable on either ground


def example_values(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """Return the SHAP values of the example texts' tokens, a column ``setup`` added.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one model and data set; those of seed 0 are used, without variants.

    Returns
    -------
    DataFrame
        As `helpers.analysis.shap_frames.explanation_frame`; empty where nothing was computed.
    """
    frames = [
        frame.assign(setup=experiment.setup)
        for experiment, frame in each(experiments, "shap_examples.parquet")
        if experiment.seed == 0
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def example_plots(values: pd.DataFrame, *, label: str | None, caption: str) -> Html:
    """Colour each token of the example texts by its SHAP value, a row for each setup's model.

    Parameters
    ----------
    values : DataFrame
        From `example_values`.
    label : str or None
        The label whose view is shown first; None where nothing was computed.
    caption : str
        May hold HTML.

    Returns
    -------
    Html
        A view for each language and label, all drawn: the book's script ``views.js`` lets a reader
        choose one. A colour means the same value in all of them.
    """
    if values.empty or label is None:
        return not_computed(caption)
    setups = list(dict.fromkeys(values["setup"]))
    numbers = values.filter(like="value_")
    labels = [str(name).removeprefix("value_") for name in numbers.columns]
    largest = float(numbers.abs().to_numpy().max())
    views = "".join(
        _view(
            {setup: rows[rows["setup"] == setup] for setup in setups},
            str(language),
            name,
            largest=largest,
            shown=at == 0 and name == label,
        )
        for at, (language, rows) in enumerate(values.groupby("language", sort=False))
        for name in labels
    )
    key = (
        f'<p class="companion-key">{_token("Raises", largest, 1)} or '
        f"{_token('lowers', -largest, 1)} the probability of the label.</p>"
    )
    return Html(
        f'<figure class="companion-data companion-views"><figcaption>{caption}</figcaption>{key}'
        f"{views}</figure>",
        ", ".join(values["text_id"].unique()),
    )


def _view(
    by_setup: Mapping[str, pd.DataFrame], language: str, label: str, *, largest: float, shown: bool
) -> str:
    """Return a language's texts with their values for one label, as a fold."""
    body = ""
    for text in dict.fromkeys(pd.concat(by_setup.values())["text_id"]):
        body += "<tbody>"
        for setup, tokens in by_setup.items():
            mine = tokens[tokens["text_id"] == text]
            body += _row(setup, mine, label=label, largest=largest)
        body += "</tbody>"
    table = scrollable(
        f'<table class="companion-examples">{body}</table>',
        name=f"Example texts, {language}, {label}",
    )
    language, label = html.escape(language), html.escape(label)
    return (
        f'<details class="companion-view" data-language="{language}" data-label="{label}"'
        f"{' open' * shown}><summary>Texts in {language}, for “{label}”</summary>{table}</details>"
    )


def _row(setup: str, tokens: pd.DataFrame, *, label: str, largest: float) -> str:
    """Return a model's row: its probability without and with the text, then the tokens."""
    heading = html.escape(setup_label(setup))
    if tokens.empty:
        shown = missing()
    else:
        base = float(tokens[f"base_{label}"].iloc[0])
        total = base + float(tokens[f"value_{label}"].sum())
        heading += f"<small>{base:z.2f} → {total:z.2f}</small>"
        shown = _tokens(tokens, label=label, largest=largest)
    return f'<tr><th scope="row">{heading}</th><td>{shown}</td></tr>'


def _tokens(tokens: pd.DataFrame, *, label: str, largest: float) -> str:
    """Return a text with its tokens coloured; special tokens part the sentences of a pair."""
    words = shown_tokens(tokens["token"].astype(str).tolist())
    shown = ""
    for word, special, value in zip(
        words, tokens["is_special"], tokens[f"value_{label}"], strict=True
    ):
        if not special:
            shown += _token(word, float(value), abs(value) / largest if largest else 0)
        elif shown and not shown.endswith("<br>"):
            shown += "<br>"
    return shown.removesuffix("<br>")


def _token(word: str, value: float, strength: float) -> str:
    """Return one token; ``strength``, from 0 to 1, is how deep its colour is.

    The colours stand here, not in the book's style sheet, since a notebook shows them too. They are
    transparent, for a light ground and a dark one.
    """
    text = html.escape(word, quote=False)
    opacity = round(DEEPEST * strength, 2)
    if opacity == 0:
        return text
    style = f"background:rgb({RAISES if value > 0 else LOWERS}/{opacity})"
    if value < 0:
        # Not by colour alone; a thin line needs twice the opacity of a ground.
        style += f";text-decoration:underline dotted rgb({LOWERS}/{2 * opacity:.2f})"
    return f'<span style="{style}" title="{signed(value)}">{text}</span>'


def shown_tokens(tokens: list[str]) -> list[str]:
    """Return a text's tokens as they are drawn: a space mark of its own as `SPACE_MARK`.

    XLM-R's tokenizer begins every text with the mark. Where it is a token of its own, as before
    Japanese and Chinese, the tokenizer's spans give it the character that follows, which would
    stand there twice.
    """
    return [
        SPACE_MARK if before == "" and len(token) == 1 and after.startswith(token) else token
        for before, token, after in zip(["?", *tokens], tokens, [*tokens[1:], ""], strict=False)
    ]
