"""The last layer fitted anew on balanced rows."""

from helpers.report.question_list.forms import remedy
from helpers.report.questions import Question

QUESTION = Question(
    name="head_refit",
    order=30,
    title="Is the harm in the last layer alone?",
    page="Q_1_without_training",
    parts=remedy("head_refit", "refitting the last layer on a few balanced texts"),
)
