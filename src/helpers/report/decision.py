"""What to do about an imbalance: weights, a correction or neither, by severity and test prior."""

import pandas as pd

from helpers.analysis import remedies
from helpers.analysis import severity as s
from helpers.analysis.label_priors import PRIORS
from helpers.analysis.quantities import RunResults
from helpers.report.counted import Counted
from helpers.report.figures import SETUP_COLOURS
from helpers.report.labels import setup_label
from helpers.report.priors import PRIOR_LABELS
from helpers.report.question_figures import by_seed, remedy_colour

_CHOICES = ("imbalanced_cw", "prior")


def decisions(results: RunResults) -> pd.DataFrame:
    """Return what weights and prior correction gain on the imbalanced model of a severity.

    Parameters
    ----------
    results : RunResults
        Of one model and data set.

    Returns
    -------
    DataFrame
        ``panel`` (the test prior, with the shares of that severity), ``line`` (remedy and
        severity), ``seed, value``: accuracy gained; below 0, neither is best. Of severities where
        no weighted model was trained the correction stands alone.
    """
    counted = Counted(results).results
    return by_seed(
        counted,
        (
            (
                PRIOR_LABELS[prior],
                f"{_name(choice)}, severity {severity:g}",
                s.accuracy_at(severity, choice, remedies.TREATED, prior),
            )
            for prior in PRIORS
            for severity in s.setups_by_severity(counted)
            if severity
            for choice in _CHOICES
        ),
    )


def _name(choice: str) -> str:
    return "Weights" if choice == "imbalanced_cw" else setup_label(choice)


def colour(line: str) -> str:
    """Return a line's colour: that of the weighted setup, or that of remedies."""
    weights = line.startswith(_name("imbalanced_cw"))
    return SETUP_COLOURS["imbalanced_cw"] if weights else remedy_colour(line)
