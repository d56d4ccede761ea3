"""How often the diagnosis is wrong: simulated tables of a known association.

    python benchmarks/diagnosis_coverage.py [--repeats 200]

For tables in the form of the paper's skew, of several shapes, numbers of rows and Cohen's w: how
often the interval of V covers the true V and lies above it, and which status comes out. A table of
n rows is drawn from the true shares; rows and columns that stay empty are left out, as in data.
Writes ``results/benchmarks/diagnosis_coverage.json``.
"""

import argparse
from collections import Counter

import numpy as np

from helpers.diagnosis.association import associate
from helpers.diagnosis.measures import v_of_w_1
from helpers.diagnosis.severity import status_of
from helpers.foundation import hardware, paths, store

SHAPES = ((2, 2), (2, 3), (6, 5), (20, 10), (30, 60))
ROWS = (20, 200, 2000, 20_000, 1_000_000)
W = (0.0, 0.1, 0.2, 0.3, 0.45)
_CELLS = 3000  # large tables are drawn less often: so many cells in all


def shares(languages, labels, w):
    """Return joint shares with even margins: the paper's skew, scaled to a Cohen's w."""
    weights = np.arange(1, labels + 1) / ((labels + 1) / 2) - 1
    sign = np.where(np.arange(languages) < languages // 2, 1.0, -1.0)
    apart = np.outer(sign - sign.mean(), weights)
    if w:
        apart *= w / np.sqrt((apart**2).mean())
    return (1 + apart * (w > 0)) / (languages * labels)


def simulate(rng, shape, rows, w, repeats):
    """Return how often the interval covers and lies above, and each status's share."""
    true, statuses = w * v_of_w_1(shape), Counter()
    covers = above = 0
    for _ in range(repeats):
        table = rng.multinomial(rows, shares(*shape, w).ravel()).reshape(shape)
        found = associate(table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0])
        covers += found.cramers_v.low <= true <= found.cramers_v.high
        above += found.cramers_v.low > true
        statuses[status_of(found)] += 1
    return {
        "languages": shape[0],
        "labels": shape[1],
        "rows": rows,
        "w": w,
        "repeats": repeats,
        "covers": covers / repeats,
        "above": above / repeats,
        "statuses": {name: n / repeats for name, n in sorted(statuses.items())},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=200)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    found = []
    for shape in SHAPES:
        repeats = int(np.clip(_CELLS // (shape[0] * shape[1]), 2, options.repeats))
        for rows in ROWS:
            if rows < 2 * max(shape):  # most languages or labels would stay empty
                continue
            for w in W:
                if (shares(*shape, w) >= 0).all():
                    found.append(simulate(rng, shape, rows, w, repeats))
                    print(found[-1], flush=True)
    target = paths.benchmark_file(__file__)
    store.write_json(
        target, {"dataset": "simulated tables", "hardware": hardware.describe(), "results": found}
    )
    print(f"The result: {target}")


if __name__ == "__main__":
    main()
