"""Many measures of how far apart languages lie."""

from helpers.report import measures
from helpers.report.questions import Question

QUESTION = Question(
    name="measures",
    order=40,
    title="Do all measures of separation order the setups alike?",
    page="Q_2_measures_of_separation",
    describe=measures.described,
)
