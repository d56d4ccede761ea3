"""Prior correction with shares estimated by expectation maximisation."""

from helpers.report.question_list.forms import remedy
from helpers.report.questions import Question

QUESTION = Question(
    name="estimated_prior",
    order=20,
    title="Can the shares be estimated from unlabelled texts?",
    page="Q_1_without_training",
    parts=remedy("estimated_prior", "prior correction with estimated shares"),
)
