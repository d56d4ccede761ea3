"""How tables, figures and notes look in a notebook and in the book: plain, accessible HTML."""

import base64
import html
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import load_profile
from helpers.report import figures, frames
from helpers.report.labels import experiment_names
from helpers.report.places import place_label
from helpers.stages.commands import commands
from helpers.stages.freshness import outdated

MISSING = "missing"
LEAST_TEXT = 10  # height of a figure's smallest text, in CSS pixels, on the narrowest screen


@dataclass(frozen=True)
class Html:
    """A piece of HTML that a notebook shows; ``text`` is what a terminal shows."""

    html: str
    text: str = ""

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def interval_text(value: float, low: float = math.nan, high: float = math.nan) -> str:
    """Return a number with its 95 % interval; no number where it is missing.

    Examples
    --------
    >>> interval_text(0.6361, 0.6204, 0.6517)
    '0.636 [0.620, 0.652]'
    >>> interval_text(0.6361), interval_text(-0.0001), interval_text(float("nan"))
    ('0.636', '0.000', 'missing')
    >>> interval_text(-0.0148, -0.0297, 0.00009)
    '−0.015 [−0.030, 0.00009]'
    """
    if math.isnan(value):
        return MISSING
    text = f"{value:z.3f}".replace("-", "−")  # "z": no minus before a zero
    return text if math.isnan(low) else f"{text} [{bound(low)}, {bound(high)}]"


def bound(value: float, *, sign: Literal["", "+"] = "") -> str:
    """Return an interval's bound with three digits, or with more where these are zeros.

    On which side of 0 a bound lies decides a verdict. ``sign`` is what stands before a positive
    one.

    Examples
    --------
    >>> bound(0.6204), bound(-0.00034), bound(0.00009, sign="+"), bound(0)
    ('0.620', '−0.0003', '+0.00009', '0.000')
    """
    size = abs(value)
    if size < 1e-9:  # what rounding leaves of 0
        return "0.000"
    digits = 3 if size >= 0.0005 else math.ceil(-math.log10(size))
    return f"{value:{sign}.{digits}f}".replace("-", "−")


def percent(share: float) -> str:
    """Return a share as a percentage with one digit.

    Examples
    --------
    >>> percent(0.1264)
    '12.6 %'
    """
    return MISSING if math.isnan(share) else f"{100 * share:.1f} %"


def signed(value: float) -> str:
    """Return a number with its sign, and a true minus.

    Examples
    --------
    >>> signed(-0.0271), signed(0.2)
    ('−0.027', '+0.200')
    """
    if math.isnan(value):
        return MISSING
    return "0.000" if abs(value) < 0.0005 else f"{value:+.3f}".replace("-", "−")


def p_text(value: float) -> str:
    """Return a p-value in words.

    Examples
    --------
    >>> p_text(0.0204), p_text(1e-5)
    ('p = 0.020', 'p < 0.001')
    """
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def capitalised(words: str) -> str:
    """Return words with a capital at their beginning; the rest stays.

    Examples
    --------
    >>> capitalised("by eq. 2"), capitalised("")
    ('By eq. 2', '')
    """
    return words[:1].upper() + words[1:]


def count_text(number: float) -> str:
    """Return a whole number as text, or that it is missing.

    Examples
    --------
    >>> count_text(1200.0), count_text(float("nan")) == MISSING
    ('1,200', True)
    """
    return MISSING if math.isnan(number) else f"{number:,.0f}"


def listed_words(words: Sequence[str], last: str = "and") -> str:
    """Return words as in a sentence; ``last`` stands before the last one.

    Examples
    --------
    >>> listed_words(["a"]), listed_words(["a", "b", "c"]), listed_words(["a", "b"], "or")
    ('a', 'a, b and c', 'a or b')
    """
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


def counted(number: int, noun: str) -> str:
    """Return how many there are of something.

    Examples
    --------
    >>> counted(1, "seed"), counted(1200, "data set")
    ('1 seed', '1,200 data sets')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def rows_by_two(rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows that two headings each name as a frame; empty where there is none."""
    if not rows:
        return pd.DataFrame()
    return pd.DataFrame(list(rows.values()), index=pd.MultiIndex.from_tuples(list(rows)))


def table(
    frame: pd.DataFrame,
    *,
    caption: str,
    formats: Mapping[Any, Any] | None = None,
    markup: bool = False,
    prose: bool = False,
) -> Html:
    """Return a frame as a table: index as row headings, numbers right, one caption.

    Parameters
    ----------
    frame : DataFrame
        The index and the columns have names that a reader understands.
    caption : str
        What the table shows, with its number; may hold HTML.
    formats : mapping, optional
        Column to its format, as `pandas.io.formats.style.Styler.format` takes it.
    markup : bool
        The cells and the index hold HTML of ours, in which the text of others is escaped.
        Otherwise they are text, as the columns always are.
    prose : bool
        The cells hold sentences: on the left, and broken into lines.
    """
    if frame.empty:
        return not_computed(caption)
    escape = None if markup else "html"
    style = frame.style.format(
        dict(formats) if formats else None,
        na_rep=MISSING,
        precision=3,
        thousands=",",
        escape=escape,
    )
    style = style.format_index(escape=escape, axis=0).format_index(escape="html", axis=1)
    content = style.to_html(exclude_styles=True, sparse_index=True)
    head, body = content.split("<tbody>")
    classes = "companion-table companion-prose" if prose else "companion-table"
    head = head.replace("<table", f'<table class="{classes}"', 1)
    head, body = _headings(head, "col"), _headings(body, "row")
    body = body.replace(f">{MISSING}<", f">{missing()}<")
    body = re.sub(r"(<td[^>]*>[^<\[]+) (\[[^\]<]*\])", r"\1 <small>\2</small>", body)
    content = f"{head}<tbody>{body}"
    return Html(
        f'<figure class="companion-data"><figcaption>{_sentence(caption)}</figcaption>'
        f"{scrollable(content, name=_name(caption))}</figure>",
        frame.to_string(),
    )


def _headings(part: str, scope: str) -> str:
    """Say what a part's headings are about; a cell without a word is none."""
    part = part.replace("&nbsp;", "")
    part = re.sub(r"<th\b([^>]*)></th>", r"<td\1></td>", part)
    return re.sub(r"<th\b", f'<th scope="{scope}"', part)


def not_computed(caption: str) -> Html:
    """Return what stands in the place of a table or figure without a number."""
    return Html(f'<p class="companion-missing">{caption} Not computed yet.</p>', "not computed")


def missing(word: str = MISSING) -> str:
    """Return, as HTML, what stands in the place of a number that is not there."""
    return f'<span class="companion-missing">{word}</span>'


def scrollable(content: str, *, name: str) -> str:
    """Return content that is scrolled sideways where it is too wide, also by keyboard.

    Parameters
    ----------
    content : str
        HTML.
    name : str
        What a screen reader calls it; unique on its page.
    """
    return (
        f'<section class="companion-scroll" tabindex="0" aria-label="{html.escape(name)}">'
        f"{content}</section>"
    )


def _name(caption: str) -> str:
    """Return the number or first words of a caption, without markup.

    Examples
    --------
    >>> _name("<b>Table 3, XNLI.</b> Accuracy of the paper's models."), _name("Data. Here.")
    ('Table 3, XNLI', 'Data')
    """
    bold = re.match(r"<b>(.*?)</b>", caption)
    text = bold[1] if bold else caption.partition(". ")[0]
    return html.unescape(re.sub(r"<[^>]*>", "", text)).rstrip(".")


def _sentence(caption: str) -> str:
    """Return a caption with a full stop, where it ends without one.

    Examples
    --------
    >>> _sentence("<b>Table 1.</b> Rows"), _sentence("<b>Table 1. Rows.</b>")
    ('<b>Table 1.</b> Rows.', '<b>Table 1. Rows.</b>')
    """
    words = re.sub(r"<[^>]*>", "", caption).rstrip()
    return caption if not words or words[-1] in ".?!" else f"{caption.rstrip()}."


def figure(drawn: Axes | Sequence[Axes] | None, *, caption: str, alt: str) -> Html:
    """Return a finished figure with its caption and its text alternative.

    Parameters
    ----------
    drawn : Axes, sequence of Axes, or None
        What `helpers.report.figures` returned; None where there was nothing to draw.
    caption : str
        Number and content of the figure; may hold HTML.
    alt : str
        What the figure shows, for readers who do not see it.
    """
    return multiples([Panel(drawn, alt)], caption=caption)


@dataclass(frozen=True)
class Panel:
    """One picture of a figure: what was drawn, its text alternative, and a name.

    Pictures of one figure have names of their own, which stand above them.
    """

    drawn: Axes | Sequence[Axes] | None
    alt: str
    name: str = ""


def multiples(pictures: Sequence[Panel], *, caption: str) -> Html:
    """Return one figure of several pictures, side by side where the screen is wide enough.

    Parameters
    ----------
    pictures : sequence of Panel
        Those with nothing drawn are left out.
    caption : str
        As in `figure`.
    """
    shown = [each for each in pictures if each.drawn is not None]
    if not shown:
        return not_computed(caption)
    title = _name(caption)
    if len(shown) == 1:
        content = _picture(shown[0], title)
    else:
        content = (
            f'<div class="companion-multiples">{"".join(_part(e, title) for e in shown)}</div>'
        )
    return Html(
        f'<figure class="companion-figure">{content}<figcaption>{_sentence(caption)}</figcaption>'
        "</figure>",
        " ".join(each.alt for each in shown),
    )


def _part(panel: Panel, title: str) -> str:
    """Return one picture of several, with its name above it; a wide one takes a row of its own."""
    axes = panel.drawn if isinstance(panel.drawn, Axes) else next(iter(panel.drawn or ()))
    canvas = axes.get_figure()
    assert isinstance(canvas, Figure)
    widest = 1.13 * 96 * canvas.get_figwidth()  # of narrow ones, two fill a row
    size = f"flex:1 1 {_least_width(canvas):.0f}px;max-width:{widest:.0f}px"
    return f'<div style="{size}"><p>{html.escape(panel.name)}</p>{_picture(panel, title)}</div>'


def _picture(panel: Panel, title: str) -> str:
    """Return a panel as an image that scrolls where the screen is too narrow for its text."""
    assert panel.drawn is not None
    axes = panel.drawn if isinstance(panel.drawn, Axes) else next(iter(panel.drawn))
    canvas = axes.get_figure()
    assert isinstance(canvas, Figure)
    source = base64.b64encode(as_svg(canvas)).decode("ascii")
    plt.close(canvas)  # or a notebook shows it a second time
    image = (
        f'<img src="data:image/svg+xml;base64,{source}" alt="{html.escape(panel.alt)}" '
        f'style="min-width:{_least_width(canvas):.0f}px">'
    )
    return scrollable(image, name=f"{title}, {panel.name}" if panel.name else title)


def as_svg(canvas: Figure) -> bytes:
    """Return a canvas as an SVG file, without date or program: equal figures are equal bytes."""
    stream = io.BytesIO()
    for text in canvas.findobj(Text):
        text.set_parse_math(False)  # a label with two dollars is a label, not a formula
    with plt.style.context(figures.STYLE):
        canvas.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def _least_width(canvas: Figure) -> float:
    """Return the width in CSS pixels at which the smallest text is `LEAST_TEXT` high."""
    pixels_per_point, points_per_inch = 4 / 3, 72
    sizes = [
        float(text.get_fontsize()) * pixels_per_point
        for text in canvas.findobj(Text)
        if text.get_visible() and text.get_text().strip()
    ]
    width = canvas.get_figwidth() * points_per_inch * pixels_per_point
    return width * min(1.0, LEAST_TEXT / min(sizes, default=LEAST_TEXT))


def folded(content: Html, *, summary: str) -> Html:
    """Return content that opens at a click on its summary; a page of several can be filtered.

    The book's script ``filter.js`` gives such a page a field: it opens what has a word, and hides
    the rows without it.
    """
    return Html(
        f'<details class="companion-fold"><summary>{html.escape(summary)}</summary>{content.html}'
        "</details>",
        content.text,
    )


def note(text: str, *, kind: str = "note") -> Html:
    """Return a short paragraph that stands out; ``kind`` is its style (note, missing, takeaway)."""
    return Html(f'<p class="companion-{kind}">{text}</p>', text)


def place_name(experiments: Sequence[Experiment]) -> str:
    """Return, as HTML, the data set of some experiments, and the model where there are several."""
    first = experiments[0]
    several = len(load_profile(first.profile).models) > 1
    return html.escape(place_label(first.dataset, first.model if several else ""))


def rests_on(frame: pd.DataFrame) -> str:
    """Say on how many seeds, and texts where they are known, the numbers of a frame rest.

    Examples
    --------
    >>> rests_on(pd.DataFrame({"seeds": [3, 3], "n_texts": [240, 240]}))
    'Seeds: 3; texts: 240.'
    >>> rests_on(pd.DataFrame({"seeds": [1, 3]}))
    'Seeds: 1 to 3.'
    >>> rests_on(pd.DataFrame({"seeds": [1]}))
    'One seed: intervals are over texts, and no verdict rests on it.'
    """
    if frame.empty:
        return ""
    least, most = int(frame["seeds"].min()), int(frame["seeds"].max())
    texts = f"texts: {frame['n_texts'].max():,}." if "n_texts" in frame else ""
    if most == 1:
        words = f" {capitalised(texts)}" if texts else ""
        return f"One seed: intervals are over texts, and no verdict rests on it.{words}"
    seeds = f"{least} to {most}" if least < most else f"{most}"
    return f"Seeds: {seeds}; {texts}" if texts else f"Seeds: {seeds}."


def missing_note(experiments: Sequence[Experiment], name: str, *, variant: str = "") -> Html | None:
    """Say which results are missing or out of date, and which command computes them.

    None where all are there and made from today's settings, data and code.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one model and data set.
    name : str
        The result file that the page needs.
    variant : str
        As in `Experiment`.
    """
    wanted = frames.chosen(experiments, variant=variant)
    absent = frames.missing(experiments, name, variant=variant)
    if not wanted:
        profile = experiments[0].profile if experiments else ""
        return note(
            f"The profile <code>{profile}</code> runs no experiment with <code>{variant}</code>.",
            kind="missing",
        )
    old = list(outdated([each for each in wanted if each not in absent]))
    told = []
    if absent:
        runs = experiment_names(absent)
        none = len(absent) == len(wanted)
        what = "no result of this page is here yet" if none else f"without {runs}"
        told.append(
            f"Not complete: {what}. This computes what is missing: {shown_commands(absent)}"
        )
    if old:
        told.append(
            f"Out of date: settings, data or code have changed since {experiment_names(old)} "
            f"{'was' if len(old) == 1 else 'were'} run. This makes the results again: "
            f"{shown_commands(old)}"
        )
    # A notebook shows no output where there is nothing to say, not an empty one.
    return note("<br>".join(told), kind="missing") if told else None


def shown_commands(experiments: Sequence[Experiment]) -> str:
    """Return, as HTML, the commands that compute some experiments of one model and data set."""
    return "<br>".join(f"<code>{html.escape(each)}</code>" for each in commands(experiments))
