"""Tables with a known association, in the form of the paper's skew."""

import numpy as np


def shares(languages, labels, w):
    """Return joint shares with even margins and a Cohen's w as given."""
    weights = np.arange(1, labels + 1) / ((labels + 1) / 2) - 1
    sign = np.where(np.arange(languages) < languages // 2, 1.0, -1.0)
    apart = np.outer(sign - sign.mean(), weights)
    apart *= w / np.sqrt((apart**2).mean()) if w else 0.0
    assert (apart >= -1 - 1e-12).all(), "no such table"
    return np.clip(1 + apart, 0, None) / (languages * labels)


def rows(rng, languages, labels, w, n):
    """Return the languages and labels of n rows."""
    cell = rng.choice(languages * labels, size=n, p=shares(languages, labels, w).ravel())
    return np.divmod(cell, labels)


def table(rng, languages, labels, w, n):
    """Return a table of n rows, without empty margins."""
    drawn = rng.multinomial(n, shares(languages, labels, w).ravel()).reshape(languages, labels)
    return drawn[drawn.sum(axis=1) > 0][:, drawn.sum(axis=0) > 0]
