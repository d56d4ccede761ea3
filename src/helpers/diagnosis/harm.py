"""What imbalance cost in the published runs, by severity: numbers that come with the package.

``python tools/severity_curve.py`` writes them from the committed results, so that a diagnosis needs
neither a checkout nor the packages of training. They are of one encoder and one data set.
"""

import json
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("severity_curve.json")


@dataclass(frozen=True)
class Harm:
    """What one severity cost.

    Parameters
    ----------
    severity : float
        0 is balanced, 1 the paper's skew.
    cramers_v, mutual_information : float
        Of language and label in training; the second in nats.
    harm, low, high : float
        Accuracy lost on even shares of labels, with its 95 % interval over seeds.
    seeds : int
        How many pairs of models it rests on.
    """

    severity: float
    cramers_v: float
    mutual_information: float
    harm: float
    low: float
    high: float
    seeds: int


@dataclass(frozen=True)
class HarmCurve:
    """Harm at each severity that was run, with its origin.

    Parameters
    ----------
    profile, model, dataset : str
        What was run.
    commits : tuple of str
        Of the code that made the predictions.
    points : tuple of Harm
        In the order of severity; the first is 0 by definition.
    """

    profile: str
    model: str
    dataset: str
    commits: tuple[str, ...]
    points: tuple[Harm, ...]


def harm_curve() -> HarmCurve:
    """Return the harm that the published runs show.

    Examples
    --------
    >>> first = harm_curve().points[0]
    >>> first.severity, first.harm
    (0.0, 0.0)
    """
    content = json.loads(FILE.read_text(encoding="utf-8"))
    return HarmCurve(
        profile=content["profile"],
        model=content["model"],
        dataset=content["dataset"],
        commits=tuple(content["commits"]),
        points=tuple(Harm(**point) for point in content["points"]),
    )
