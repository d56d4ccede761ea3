"""MultiEmo, the corpora that need no hub: single sentences, and pairs of them.

Consumer reviews (hotels, medicine, products, schools) written and annotated by people in Polish
and translated by machine. Rows of all languages are translations of each other, so splits are
drawn once, by source row, for all languages.
"""

import numpy as np
import pandas as pd

from helpers.data.asset_table import ASSETS
from helpers.data.datasets import multiemo, multiemo_pairs
from helpers.data.grouping import SPLITS, assign_splits, connected_groups
from helpers.data.offline_assets import ensure_asset
from helpers.data.tables import Rows

LANGUAGES, LABELS = multiemo.DATASET.languages, multiemo.DATASET.labels
ALIGNED_ROWS = 46_911  # the German file lacks a row here: below, rows are translations
_SPLIT_SEED = 0  # the splits are part of the corpus: no option changes them

PAIR_LANGUAGES, PAIR_LABELS = multiemo_pairs.DATASET.languages, multiemo_pairs.DATASET.labels


def read_multiemo() -> Rows:
    """Return MultiEmo's sentences and where they come from."""
    splits, dropped = load_multiemo()
    asset = ASSETS["reviews"]
    return Rows(splits=splits, dropped=dropped, source=f"{asset.source}, in {asset.package}")


def read_multiemo_pairs() -> Rows:
    """Return pairs of MultiEmo's sentences and where they come from."""
    splits, dropped = load_multiemo_pairs()
    asset = ASSETS["reviews"]
    source = f"{asset.source}, paired, in {asset.package}"
    return Rows(splits=splits, dropped=dropped, source=source)


def made_from() -> list[str]:
    """Return the pinned checksums of the files that both are made from."""
    return [member.sha256 for member in ASSETS["reviews"].members]


def load_multiemo() -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Return the splits of MultiEmo's sentences in six languages.

    Returns
    -------
    splits : dict of str to DataFrame
        ``train``, ``validation`` and ``test`` with ``id, group, language, label, text,
        text_pair`` and ``row``, the source row. Rows share a group with their translations, and
        with the rows that hold an equal text, in whatever language.
    dropped : dict of str to int
        Rows that were left out, by reason.
    """
    folder = ensure_asset("reviews")
    table = pd.concat(
        [
            pd.read_parquet(folder / f"{language}.parquet").assign(language=language)
            for language in LANGUAGES
        ],
        ignore_index=True,
    )
    table = table[table["row"] < ALIGNED_ROWS]
    table["text"] = table["text"].str.strip()
    filled = table["text"] != ""
    dropped = {"empty text": int((~filled).sum())}
    table = table[filled].reset_index(drop=True)
    table["label"] = (
        table["label"].map({name: code for code, name in enumerate(LABELS)}).astype(int)
    )

    row = table["row"].astype(str)
    first = connected_groups(table["row"], table["text"])
    table["id"] = table["language"] + "-" + row
    table["group"] = row.to_numpy()[first]
    table["text_pair"] = ""
    split = assign_splits(table["group"], table["label"], seed=_SPLIT_SEED)
    columns = ["id", "group", "language", "label", "text", "text_pair", "row"]
    return {
        name: table.loc[split == name, columns].reset_index(drop=True) for name in SPLITS
    }, dropped


def load_multiemo_pairs() -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Return pairs of sentences: is the first more, as, or less positive than the second.

    Both sentences are of one language and one split of `load_multiemo`; negative < neutral <
    positive, and ambivalent sentences are left out. The same pairs exist in each language. A source
    row is in one pair at most, and labels are uniform.

    Returns
    -------
    splits : dict of str to DataFrame
        As `load_multiemo`; ``group`` is the pair.
    dropped : dict of str to int
        As `load_multiemo`.
    """
    singles, dropped = load_multiemo()
    return {
        split: pair_up(rows, seed=_SPLIT_SEED + position)
        for position, (split, rows) in enumerate(singles.items())
    }, dropped


def pair_up(rows: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Pair the sentences of one split, so that no group of rows is in two pairs.

    Parameters
    ----------
    rows : DataFrame
        A split of `load_multiemo`.
    seed : int
        Seed of the draw.

    Returns
    -------
    DataFrame
        Columns ``id, group, language, label, text, text_pair``.
    """
    rows = rows[
        rows["language"].isin(PAIR_LANGUAGES) & (rows["label"] != LABELS.index("ambivalent"))
    ]
    texts = rows.pivot(index="row", columns="language", values="text").dropna()
    source = rows.drop_duplicates("row").set_index("row").loc[texts.index]
    # One row of each group: a text that occurs twice is in one pair only.
    source = source[~source["group"].duplicated()]

    # Two sentences drawn at random are as positive as each other about once in three times, so
    # drawing pairs and then cutting the three labels to one size loses few of them.
    random = np.random.default_rng(seed)
    drawn = random.permutation(source.index.to_numpy())
    first, second = drawn[: len(drawn) // 2 * 2].reshape(-1, 2).T
    level = source["label"]  # codes are in the order of how positive a label is
    difference = level.loc[first].to_numpy() - level.loc[second].to_numpy()
    same, unequal = np.flatnonzero(difference == 0), np.flatnonzero(difference != 0)
    size = min(len(same), len(unequal) // 2)
    more, less = unequal[:size], unequal[size : 2 * size]
    swap = np.concatenate([more[difference[more] < 0], less[difference[less] > 0]])
    first[swap], second[swap] = second[swap], first[swap]

    chosen = np.concatenate([more, same[:size], less])
    label = np.repeat(np.arange(len(PAIR_LABELS)), size)
    order = np.argsort(chosen)
    first, second, label = first[chosen][order], second[chosen][order], label[order]
    group = pd.Series(first).astype(str) + "-" + pd.Series(second).astype(str)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "id": language + "-" + group,
                    "group": group,
                    "language": language,
                    "label": label,
                    "text": texts.loc[first, language].to_numpy(),
                    "text_pair": texts.loc[second, language].to_numpy(),
                }
            )
            for language in PAIR_LANGUAGES
        ],
        ignore_index=True,
    )
