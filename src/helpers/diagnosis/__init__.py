"""The diagnosis: does language predict the label in a data set of yours, and what to do.

>>> from helpers.diagnosis import diagnose
"""

from helpers.diagnosis.diagnosing import diagnose
from helpers.diagnosis.record import Diagnosis

__all__ = ["Diagnosis", "diagnose"]
