"""The diagnosis: does language predict the label in a data set of yours, and what to do."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.diagnosis.diagnosing import diagnose
    from helpers.diagnosis.record import Diagnosis

__all__ = ["Diagnosis", "diagnose"]


def __getattr__(name: str) -> Any:
    """Import on first use: the command line checks its arguments before anything heavy."""
    if name == "diagnose":
        from helpers.diagnosis.diagnosing import diagnose

        return diagnose
    if name == "Diagnosis":
        from helpers.diagnosis.record import Diagnosis

        return Diagnosis
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
