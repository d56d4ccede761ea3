"""How strongly language and label go together in a joint table, and how sure that is.

Tables of counts have a row for each language and a column for each label. Everything here is
computed from the table, so its cost does not grow with the rows that were counted.
"""

from dataclasses import dataclass

import numpy as np

from helpers.diagnosis.measures import (
    Integers,
    adjusted_for_chance,
    cramers_v,
    degrees_of_freedom,
    entropy,
    guessing_gain,
    mutual_information,
    phi_squared,
    v_of_w_1,
)
from helpers.diagnosis.resampling import block_deviations, shuffled_tables, v_interval

_SEED = 0
_MOST_DRAWS, _FEWEST_DRAWS = 1000, 200
_DRAWN_CELLS = 2 * 10**7  # large tables get fewer draws, never fewer than the fewest


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Association:
    """What a joint table says about language and label.

    Parameters
    ----------
    rows : int
        Rows counted.
    cramers_v : Estimate
        Bias-corrected (Bergsma 2013), with a bootstrap interval; near 0 its upper end is that of
        the noncentral chi-squared distribution.
    v_of_w_1 : float
        The V of Cohen's w = 1 in a table of this shape: ``V = w * v_of_w_1``.
    mutual_information : float
        In nats, adjusted for chance; see `adjusted_for_chance`.
    share_of_label_entropy : float
        The same over the entropy of the label: 0 tells nothing, 1 everything.
    p_value : float
        Share of tables with the same margins and rows dealt at random whose mutual information
        is as large (permutation test; the table itself counts as one).
    design_effect : float or None
        By how much shared source rows widen the variance against independent rows; None where
        rows were not grouped.
    draws : int
        Tables drawn for the interval, and again for the p-value.
    majority_accuracy : float
        Accuracy of always guessing the most frequent label.
    language_accuracy : float
        Accuracy of guessing each language's most frequent label.
    gain_by_chance : float
        Mean of their difference where rows are dealt at random.
    """

    rows: int
    cramers_v: Estimate
    v_of_w_1: float
    mutual_information: float
    share_of_label_entropy: float
    p_value: float
    design_effect: float | None
    draws: int
    majority_accuracy: float
    language_accuracy: float
    gain_by_chance: float

    @property
    def gain(self) -> float:
        """What knowing the language alone adds to the accuracy of a guess."""
        return self.language_accuracy - self.majority_accuracy

    @property
    def error_left(self) -> float:
        """Share of the majority guess's errors that remain when the language is known."""
        error = 1 - self.majority_accuracy
        return (1 - self.language_accuracy) / error if error > 0 else 1.0


def associate(counts: Integers, *, blocks: Integers | None = None) -> Association:
    """Measure the association of a joint table.

    Parameters
    ----------
    counts : array of int, shape (languages, labels)
        At least two of each, none without a row.
    blocks : array of int, shape (blocks, languages, labels), optional
        The same rows in random blocks of whole source rows. The interval then resamples blocks,
        and bias and p-value are scaled by the design effect (Rao and Scott 1984).

    Returns
    -------
    Association
        Reproducible: the draws have a fixed seed.

    Examples
    --------
    >>> found = associate(np.array([[500, 250], [250, 500]]))
    >>> round(found.cramers_v.value, 2), round(found.gain, 2), found.p_value < 0.01
    (0.33, 0.17, True)
    """
    rng = np.random.default_rng(_SEED)
    draws = int(np.clip(_DRAWN_CELLS // counts.size, _FEWEST_DRAWS, _MOST_DRAWS))
    rows = int(counts.sum())
    unit = degrees_of_freedom(counts) / max(rows - 1, 1)  # what chance alone adds to phi squared
    deviations = None if blocks is None else list(block_deviations(blocks, draws, rng))
    effect = None
    if deviations is not None:
        observed, share = phi_squared(counts), counts / rows
        drawn = np.concatenate([phi_squared(share + part) for part in deviations])
        effect = max(float(drawn.mean() - observed), 0.0) / unit
    scale = 1.0 if effect is None else effect
    value = float(cramers_v(counts, rows_per_unit=scale))
    low, high = v_interval(counts, scale, draws, deviations, rng)
    information = float(mutual_information(counts))
    as_large, chance_information, chance_gain = 0, 0.0, 0.0
    for tables in shuffled_tables(counts, draws, rng):
        dealt = mutual_information(tables) * scale
        as_large += int((dealt >= information - 1e-12).sum())
        chance_information += float(dealt.sum()) / draws
        chance_gain += float(guessing_gain(tables).sum())
    of_label = counts.sum(axis=0)
    adjusted = adjusted_for_chance(information, chance_information, counts)
    return Association(
        rows=rows,
        cramers_v=Estimate(value, min(low, value), max(high, value)),
        v_of_w_1=v_of_w_1(counts.shape),
        mutual_information=adjusted,
        share_of_label_entropy=min(adjusted / entropy(of_label), 1.0),
        p_value=(as_large + 1) / (draws + 1),
        design_effect=effect,
        draws=draws,
        majority_accuracy=float(of_label.max() / rows),
        language_accuracy=float(counts.max(axis=1).sum() / rows),
        gain_by_chance=chance_gain / draws,
    )
