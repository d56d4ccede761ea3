"""The open questions: a file each, found here.

A file of this package that holds a ``QUESTION`` adds it to the index of its page.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from helpers.foundation.names import check_choice
from helpers.foundation.records import records_of
from helpers.report.questions import Question


@cache
def all_questions() -> Mapping[str, Question]:
    """Return every open question by its name, in the order of the index."""
    return MappingProxyType(records_of(__name__, "QUESTION"))


def question(name: str) -> Question:
    """Return an open question by its name.

    Raises
    ------
    CompanionError
        If there is none of this name; the message lists those there are.
    """
    check_choice("question", name, all_questions())
    return all_questions()[name]
