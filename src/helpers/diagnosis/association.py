"""How strongly language and label go together in a joint table, and how sure that is.

Tables of counts have a row for each language and a column for each label. Everything here is
computed from the table, so its cost does not grow with the rows that were counted.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import ncx2

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CONFIDENCE = 0.95
_TAIL = (1 - CONFIDENCE) / 2
_SEED = 0
_MOST_DRAWS, _FEWEST_DRAWS = 1000, 200
_DRAWN_CELLS = 2 * 10**7  # large tables get fewer draws, never fewer than the fewest
_CHUNK_CELLS = 2**21


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
        In nats, with Miller and Madow's correction, at least 0.
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
    unit = _degrees(counts) / max(rows - 1, 1)  # what chance alone adds to phi squared
    deviations = None if blocks is None else list(_block_deviations(blocks, draws, rng))
    effect = None
    if deviations is not None:
        observed, share = phi_squared(counts), counts / rows
        drawn = np.concatenate([phi_squared(share + part) for part in deviations])
        effect = max(float(drawn.mean() - observed), 0.0) / unit
    scale = 1.0 if effect is None else effect
    value = float(cramers_v(counts, rows_per_unit=scale))
    low, high = _interval(counts, scale, draws, deviations, rng)
    information = mutual_information(counts)
    as_large, chance_gain = 0, 0.0
    for tables in shuffled_tables(counts, draws, rng):
        as_large += int((mutual_information(tables) * scale >= information - 1e-12).sum())
        chance_gain += float(_gain(tables).sum())
    of_label = counts.sum(axis=0)
    return Association(
        rows=rows,
        cramers_v=Estimate(value, min(low, value), max(high, value)),
        v_of_w_1=v_of_w_1(counts.shape),
        mutual_information=corrected_mutual_information(counts),
        share_of_label_entropy=min(corrected_mutual_information(counts) / _entropy(of_label), 1.0),
        p_value=(as_large + 1) / (draws + 1),
        design_effect=effect,
        draws=draws,
        majority_accuracy=float(of_label.max() / rows),
        language_accuracy=float(counts.max(axis=1).sum() / rows),
        gain_by_chance=chance_gain / draws,
    )


# --- measures -------------------------------------------------------------------------------


def phi_squared(tables: npt.NDArray[np.generic]) -> Floats:
    """Return chi-squared over the number of rows: Cohen's w squared.

    Parameters
    ----------
    tables : array, shape (..., languages, labels)
        Counts or shares.
    """
    shares = np.asarray(tables, dtype=float)
    shares = shares / shares.sum(axis=(-2, -1), keepdims=True)
    expected = shares.sum(axis=-1, keepdims=True) * shares.sum(axis=-2, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(expected > 0, (shares - expected) ** 2 / expected, 0.0)
    total: Floats = parts.sum(axis=(-2, -1))
    return total


def cramers_v(tables: npt.NDArray[np.generic], *, rows_per_unit: float | None = 1.0) -> Floats:
    """Return Cramér's V of one table, or of many.

    Parameters
    ----------
    tables : array, shape (..., languages, labels)
        Counts.
    rows_per_unit : float or None
        Rows that carry as much as one independent row (the design effect), for the correction of
        the bias (Bergsma 2013). None: uncorrected.

    Examples
    --------
    >>> table = np.array([[30, 10], [10, 30]])
    >>> cramers_v(table, rows_per_unit=None).round(3), cramers_v(table).round(3)
    (np.float64(0.5), np.float64(0.491))
    """
    counts = np.asarray(tables, dtype=float)
    rows = counts.sum(axis=(-2, -1))
    squared = phi_squared(counts)
    smaller = np.full(rows.shape, min(counts.shape[-2:]) - 1.0)
    if rows_per_unit is not None:
        squared, smaller = _corrected(squared, rows, counts.shape, rows_per_unit)
    value: Floats = np.sqrt(np.clip(squared / smaller, 0, 1))
    return value


def v_of_w_1(shape: tuple[int, ...]) -> float:
    """Return the V of Cohen's w = 1: ``V = w / sqrt(min(languages, labels) - 1)``."""
    return 1 / math.sqrt(min(shape[-2:]) - 1)


def mutual_information(tables: npt.NDArray[np.generic]) -> Floats:
    """Return the mutual information of language and label in nats, as counted.

    Examples
    --------
    >>> round(float(mutual_information(np.array([[5, 0], [0, 5]]))), 4)  # ln 2
    0.6931
    """
    counts = np.asarray(tables, dtype=float)
    shares = counts / counts.sum(axis=(-2, -1), keepdims=True)
    joint = _plogp(shares).sum(axis=(-2, -1))
    margins = _plogp(shares.sum(axis=-1)).sum(axis=-1) + _plogp(shares.sum(axis=-2)).sum(axis=-1)
    return np.maximum(joint - margins, 0.0)


def corrected_mutual_information(counts: Integers) -> float:
    """Return the mutual information less what chance adds (Miller and Madow), at least 0."""
    languages, labels = ((counts.sum(axis=axis) > 0).sum() for axis in (1, 0))
    excess = ((counts > 0).sum() - languages - labels + 1) / (2 * counts.sum())
    return max(float(mutual_information(counts) - excess), 0.0)


def adjusted_residuals(counts: Integers) -> Floats:
    """Return each cell's adjusted standardised residual: standard deviations from independence.

    Examples
    --------
    >>> adjusted_residuals(np.array([[30, 10], [10, 30]])).round(2).tolist()
    [[4.47, -4.47], [-4.47, 4.47]]
    """
    shares = counts / counts.sum()
    row, column = shares.sum(axis=1, keepdims=True), shares.sum(axis=0, keepdims=True)
    expected = row * column
    spread = np.sqrt(expected * (1 - row) * (1 - column) / counts.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        residuals: Floats = np.where(spread > 0, (shares - expected) / spread, 0.0)
    return residuals


# --- draws ----------------------------------------------------------------------------------


def shuffled_tables(
    counts: Integers, draws: int, rng: np.random.Generator
) -> Iterator[npt.NDArray[np.int64]]:
    """Yield tables with the same margins, as if labels were dealt to rows at random.

    Yields
    ------
    array of int, shape (some, languages, labels)
        ``draws`` tables in all.
    """
    languages, labels = counts.shape
    step = max(_CHUNK_CELLS // counts.size, 1)
    for start in range(0, draws, step):
        n = min(step, draws - start)
        tables = np.zeros((n, languages, labels), dtype=np.int64)
        left = np.tile(counts.sum(axis=0), (n, 1))  # rows of each label not dealt yet
        for language, size in enumerate(counts.sum(axis=1)):
            wanted = np.full(n, size)
            others = left.sum(axis=1)
            for label in range(labels):
                others -= left[:, label]
                dealt = rng.hypergeometric(left[:, label], others, wanted)
                tables[:, language, label] = dealt
                wanted -= dealt
            left -= tables[:, language]
        yield tables


def _interval(
    counts: Integers,
    scale: float,
    draws: int,
    deviations: list[Floats] | None,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return the bootstrap interval of the corrected V.

    Tables are drawn around one that lies nearer to independence than the counted one, just so much
    that its V is the corrected V: drawn around the counted one, they would carry its chance
    association and their own.
    """
    rows = int(counts.sum())
    share = counts / rows
    independent = share.sum(axis=1, keepdims=True) * share.sum(axis=0, keepdims=True)
    observed = float(phi_squared(counts))
    corrected, _ = _corrected(np.asarray(observed), np.asarray(float(rows)), counts.shape, scale)
    kept = math.sqrt(float(corrected) / observed) if observed > 0 else 0.0
    centre = independent + kept * (share - independent)
    step = max(_CHUNK_CELLS // counts.size, 1)
    drawn: list[Floats] = []
    if deviations is None:
        for start in range(0, draws, step):
            size = min(step, draws - start)
            tables = rng.multinomial(rows, centre.ravel() / centre.sum(), size=size)
            drawn.append(cramers_v(tables.reshape(size, *counts.shape)))
    else:
        drawn = [
            cramers_v((centre + part) * rows, rows_per_unit=max(scale, 1e-9)) for part in deviations
        ]
    low, high = np.quantile(np.concatenate(drawn), [_TAIL, 1 - _TAIL])
    return float(low), max(float(high), _inverted_bound(counts, observed, scale))


def _inverted_bound(counts: Integers, observed: float, scale: float) -> float:
    """Return the V above which a chi-squared as small as the counted one is rare; 0 if V is clear.

    Tables drawn around an estimate near 0 vary less than those of a small skew that was missed by
    chance: their upper quantile alone is too low there.
    """
    degrees, rows = _degrees(counts), counts.sum() / max(scale, 1e-9)
    chi_squared = observed * rows
    if chi_squared > 3 * degrees + 30 or ncx2.cdf(chi_squared, degrees, 0) < _TAIL:
        return 0.0
    noncentrality = brentq(
        lambda value: float(ncx2.cdf(chi_squared, degrees, value)) - _TAIL,
        0,
        4 * (chi_squared + degrees) + 50,
    )
    _, smaller = _corrected(np.asarray(0.0), np.asarray(float(rows)), counts.shape, 1.0)
    return min(math.sqrt(noncentrality / rows / float(smaller)), 1.0)


def _block_deviations(blocks: Integers, draws: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield how far tables of resampled blocks lie from the whole, in shares."""
    n_blocks = len(blocks)
    flat = blocks.reshape(n_blocks, -1).astype(float)
    whole = flat.sum(axis=0) / flat.sum()
    step = max(_CHUNK_CELLS // flat.shape[1], 1)
    for start in range(0, draws, step):
        size = min(step, draws - start)
        taken = rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), size=size)
        tables = taken @ flat
        shares = tables / tables.sum(axis=1, keepdims=True)
        yield (shares - whole).reshape(size, *blocks.shape[1:])


def _corrected(
    squared: Floats, rows: Floats, shape: tuple[int, ...], scale: float
) -> tuple[Floats, Floats]:
    """Return phi squared and the smaller dimension less one, both corrected for bias."""
    languages, labels = shape[-2:]
    effective = np.maximum(rows / max(scale, 1e-9) - 1, 1e-9)
    dimensions = [size - 1 - (size - 1) ** 2 / effective for size in (languages, labels)]
    corrected = np.maximum(squared - (languages - 1) * (labels - 1) / effective, 0.0)
    return corrected, np.maximum(np.minimum(*dimensions), 1e-9)


def _degrees(counts: Integers) -> int:
    return (counts.shape[0] - 1) * (counts.shape[1] - 1)


def _gain(tables: npt.NDArray[np.int64]) -> Floats:
    best = tables.max(axis=-1).sum(axis=-1) - tables.sum(axis=-2).max(axis=-1)
    return np.asarray(best / tables.sum(axis=(-2, -1)), dtype=float)


def _entropy(counts: Integers) -> float:
    return float(-_plogp(counts / counts.sum()).sum())


def _plogp(shares: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(shares > 0, shares * np.log(np.where(shares > 0, shares, 1.0)), 0.0)
