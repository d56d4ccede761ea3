"""Where a data set lies on the severity curve of the published runs, and what was seen there."""

from dataclasses import dataclass

from helpers.diagnosis.association import Estimate
from helpers.diagnosis.harm import Harm, HarmCurve, harm_curve
from helpers.foundation.names import dataset_label, model_label


@dataclass(frozen=True)
class HarmSeen:
    """Where a data set lies among the severities that were run.

    Parameters
    ----------
    severity : Estimate
        Of the data set.
    below, above : Harm or None
        The runs on either side of it; none above the most severe one.
    extrapolates : bool
        Whether it, or its interval, reaches beyond the most severe run.
    about : str
        What was run.
    """

    severity: Estimate
    below: Harm
    above: Harm | None
    extrapolates: bool
    about: str

    @property
    def words(self) -> str:
        """Say where it lies, what the runs there cost, and of what that was seen."""
        if self.above is None:
            told = (
                f"at or beyond the most severe run ({self.below.severity:g}), which cost "
                f"{_points(self.below)}; what a severer skew costs was not measured, and a "
                "number for it would be an extrapolation"
            )
        else:
            told = (
                f"between the runs at {self.below.severity:g} and {self.above.severity:g}, which "
                f"cost {_points(self.below)}, and {_points(self.above)}"
            )
            if self.extrapolates:
                told += "; its interval reaches beyond the most severe run, where none was measured"
        return (
            f"severity {self.severity.value:.2f} lies {told}. That is accuracy on even shares of "
            f"labels, seen with {self.about}; it holds for that encoder and those data"
        )


def harm_seen(severity: Estimate, curve: HarmCurve | None = None) -> HarmSeen:
    """Return where a severity lies among those that were run.

    Severities are compared, since mutual information depends on how many languages and labels there
    are; in tables of one shape, both give the same order.

    Parameters
    ----------
    severity : Estimate
        From `helpers.diagnosis.severity.severity`.
    curve : HarmCurve, optional
        By default the published one.

    Examples
    --------
    >>> found = harm_seen(Estimate(100.0, 90.0, 110.0))
    >>> found.above is None, found.extrapolates
    (True, True)
    """
    curve = curve or harm_curve()
    value, most = max(severity.value, 0.0), curve.points[-1].severity
    return HarmSeen(
        severity=severity,
        below=[each for each in curve.points if each.severity <= value][-1],
        above=next((each for each in curve.points if each.severity > value), None),
        extrapolates=max(value, severity.high) > most,
        about=f"{model_label(curve.model)} on {dataset_label(curve.dataset)}",
    )


def _points(harm: Harm) -> str:
    """Return what a run cost, in points of accuracy."""
    if harm.severity == 0:
        return "nothing, by definition"
    low, value, high = (
        f"{100 * each:.1f}".replace("-", "−") for each in (harm.low, harm.harm, harm.high)
    )
    return f"{value} points (95 % interval over {harm.seeds} seeds {low} to {high})"
