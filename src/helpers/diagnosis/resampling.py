"""Tables drawn at random: what chance alone does, and how sure a measure is."""

import math
from collections.abc import Iterator

import numpy as np
from scipy.special import chndtr, chndtrinc  # scipy.stats takes longer to load than all else

from helpers.diagnosis.measures import (
    Floats,
    Integers,
    corrected,
    cramers_v,
    degrees_of_freedom,
    phi_squared,
)

CONFIDENCE = 0.95
_TAIL = (1 - CONFIDENCE) / 2
_CHUNK_CELLS = 2**21
_ROWS_A_CELL = 25


def shuffled_tables(counts: Integers, draws: int, rng: np.random.Generator) -> Iterator[Integers]:
    """Yield tables with the same margins, as if labels were dealt to rows at random.

    Yields
    ------
    array of int, shape (some, languages, labels)
        ``draws`` tables in all.
    """
    step = max(_CHUNK_CELLS // counts.size, 1)
    # Dealing row by row costs by the rows, dealing cell by cell by the cells.
    deal = _dealt_rows if counts.sum() < _ROWS_A_CELL * counts.size else _dealt_cells
    for start in range(0, draws, step):
        yield deal(counts, min(step, draws - start), rng)


def _dealt_rows(counts: Integers, draws: int, rng: np.random.Generator) -> Integers:
    language, label = (
        np.repeat(np.arange(counts.shape[axis]), counts.sum(axis=1 - axis)) for axis in (0, 1)
    )
    first = language * counts.shape[1]
    tables = [
        np.bincount(first + rng.permutation(label), minlength=counts.size) for _ in range(draws)
    ]
    return np.stack(tables).reshape(draws, *counts.shape)


def _dealt_cells(counts: Integers, draws: int, rng: np.random.Generator) -> Integers:
    tables = np.zeros((draws, *counts.shape), dtype=np.int64)
    left = np.tile(counts.sum(axis=0), (draws, 1))  # rows of each label not dealt yet
    for language, size in enumerate(counts.sum(axis=1)):
        wanted = np.full(draws, size)
        others = left.sum(axis=1)
        for label in range(counts.shape[1]):
            others -= left[:, label]
            dealt = rng.hypergeometric(left[:, label], others, wanted)
            tables[:, language, label] = dealt
            wanted -= dealt
        left -= tables[:, language]
    return tables


def v_interval(
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
    without_bias, _ = corrected(np.asarray(observed), np.asarray(float(rows)), counts.shape, scale)
    kept = math.sqrt(float(without_bias) / observed) if observed > 0 else 0.0
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
    degrees, rows = degrees_of_freedom(counts), counts.sum() / max(scale, 1e-9)
    chi_squared = observed * rows
    if chi_squared > 3 * degrees + 30 or chndtr(chi_squared, degrees, 0) < _TAIL:
        return 0.0
    noncentrality = float(chndtrinc(chi_squared, degrees, _TAIL))
    _, smaller = corrected(np.asarray(0.0), np.asarray(float(rows)), counts.shape, 1.0)
    return min(math.sqrt(noncentrality / rows / float(smaller)), 1.0)


def block_deviations(blocks: Integers, draws: int, rng: np.random.Generator) -> Iterator[Floats]:
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
