"""Prior correction with the known shares of training."""

from helpers.report.question_list.forms import remedy
from helpers.report.questions import Question

QUESTION = Question(
    name="prior",
    order=10,
    title="Is it enough to correct predictions for the training shares, without training?",
    page="Q_1_without_training",
    parts=remedy("prior", "prior correction"),
)
