"""The index of the open questions."""

import html
from collections.abc import Sequence

import pandas as pd

from helpers.analysis.quantities import RunResults
from helpers.report import claim_cells, question_runs
from helpers.report.display import Html, table
from helpers.report.question_list import all_questions
from helpers.report.questions import Question, about, answer, of_its_data_set

_MOST_CELLS = 2  # more numbers than these stand on the page alone


def index(results: Sequence[RunResults], *, profile: str, caption: str) -> Html:
    """Return a row for each question: the answer in a sentence, how sure it is, and its page.

    A question whose models are not all here says which are missing, and what makes them.

    Parameters
    ----------
    results : sequence of RunResults
        From `helpers.report.results.collect`, of one model.
    profile : str
        Whose results they are.
    caption : str
        With the table's number.
    """
    rows = {
        html.escape(f"{each.number} {each.title}"): _row(
            each, results, question_runs.told(each, profile)
        )
        for each in all_questions().values()
    }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    return table(frame, caption=caption, markup=True, prose=True)


def _row(question: Question, results: Sequence[RunResults], lacking: str) -> dict[str, str]:
    page = f'<a href="questions/{question.page}.html">Details</a>'
    if question.describe is not None:
        described = question.describe(about(question, results))
        said, sure = described.answer, html.escape(described.basis)
    else:
        told = of_its_data_set(question, results)
        cells = [claim_cells.our_cell(one) for one in told if one.numbers is not None]
        said = answer(question, told)
        sure = "<br>".join(cells) if len(cells) <= _MOST_CELLS else f"{len(cells)} quantities"
    remark = f'<small class="companion-remark">{lacking}</small>' if lacking else ""
    return {"Answer": html.escape(said) + remark, "How sure": sure, "Page": page}
