"""Tables of label shares by language other than the paper's skew, by name.

The paper skews the *joint* distribution: labels are as frequent as each other over all languages,
and languages too, and only in which language a label is frequent differs. These tables take that
apart.
"""

import numpy as np

from helpers.data.cells import Floats, Skew, rake, skew_shares
from helpers.foundation.variants import Shares

_TABLES = 4
_CONCENTRATION = 2.0
_SEED = 0


def share_table(name: Shares, skew: Skew) -> Floats:
    """Return the share of all rows that each cell of the imbalanced subset has.

    Parameters
    ----------
    name : str
        ``"same"``: labels have the shares that the skew gives them in its first language, in
        every language alike; languages are equally frequent. ``"drawn1"`` to ``"drawn4"``: all
        cells are drawn from one Dirichlet distribution with concentration 2, so that languages
        and labels are unequal too. ``"raked1"`` to ``"raked4"``: the drawn tables raked to even
        languages and even labels, which leaves only how they go together.
    skew : mapping of str to sequence of float
        Of the data set: a weight for each label in each language.

    Returns
    -------
    array of float, shape (languages, labels)
        Sums to 1; in the order of the skew.

    Examples
    --------
    >>> share_table("same", {"fr": [3, 2, 1], "en": [1, 2, 3]}).round(3).tolist()
    [[0.25, 0.167, 0.083], [0.25, 0.167, 0.083]]
    """
    languages, labels = shape = (len(skew), len(next(iter(skew.values()))))
    if name == "same":
        first = skew_shares(skew).to_numpy()[0]
        return np.tile(first / languages, (languages, 1))
    # All four in one draw, so that a table does not depend on which others are used.
    drawn = np.random.default_rng(_SEED).dirichlet(
        np.full(languages * labels, _CONCENTRATION), size=_TABLES
    )
    table: Floats = drawn[int(name[-1]) - 1].reshape(shape)
    return table if name.startswith("drawn") else rake(table) / languages
