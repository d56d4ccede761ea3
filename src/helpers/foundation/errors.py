"""The one error that is meant for a reader."""


class CompanionError(ValueError):
    """A problem its reader can mend, told in one sentence.

    The message names the field, the value and what is allowed. The command line prints it
    without a traceback.
    """
