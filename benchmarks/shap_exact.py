"""Partition SHAP against exact values from another library, on short texts.

    pip install shapiq
    python benchmarks/shap_exact.py [--dataset multiemo] [--texts 60] [--imbalanced FOLDER]

Of a short text every mask can be tried. The model's answers to all of them make a game whose
players are the tokens, and shapiq computes from it, without approximation:

``owen``     What Partition SHAP stands for: of each token the Banzhaf value in the game that it
             plays with the groups of tokens beside its way down the tree, each there or masked.
             The companion's values must be these.
``shapley``  Shapley values, which know of no tree. How far the tree moves a value is a property of
             Partition SHAP, not an error.

In full precision. Writes ``results/benchmarks/shap_exact.json``.
"""

import argparse
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import shapiq
import torch
from scipy.stats import spearmanr
from shap_string_path import fine_tuned
from tqdm import tqdm

from helpers.analysis.shap_frames import stratified_sample
from helpers.analysis.shap_values import explain_corpus
from helpers.data.corpora import load_corpus
from helpers.foundation import hardware, paths, store
from helpers.training.encoders import load_encoder

TOKENS = range(4, 11)  # that can be masked: up to 1,024 masks a text
THRESHOLD = 0.01
BATCH = 256


@torch.inference_mode()
def answers(model, tokenizer, text):
    """Return the model's probabilities for every mask of a text.

    Returns
    -------
    array of int, shape (n,)
        Positions of the tokens that can be masked.
    array of float, shape (2 ** n, classes)
        The row of a mask has bit ``i`` set where the ``i``-th of these tokens is there.
    """
    encoded = tokenizer(text, return_tensors="pt", return_special_tokens_mask=True)
    ids, special = encoded["input_ids"][0], encoded["special_tokens_mask"][0].bool()
    players = torch.nonzero(~special).flatten()
    kept = torch.arange(2 ** len(players))[:, None] >> torch.arange(len(players)) & 1
    inputs = ids.repeat(len(kept), 1)
    inputs[:, players] = torch.where(kept.bool(), ids[players], tokenizer.mask_token_id)
    logits = [
        model(input_ids=batch.to(model.device), attention_mask=torch.ones_like(batch)).logits.cpu()
        for batch in inputs.split(BATCH)
    ]
    return players.numpy(), torch.cat(logits).softmax(dim=-1).double().numpy()


def exact(game, count, index):
    """Return shapiq's exact values of a game, an array of one value a player."""
    computer = shapiq.ExactComputer(game, n_players=count)
    return computer(index, order=1).get_n_order_values(1)


def shapley_values(table, count):
    """Return the Shapley value of each token for one class, given its table of answers."""
    bits = 1 << np.arange(count)
    return exact(lambda masks: table[np.asarray(masks, dtype=bool) @ bits], count, "SV")


def owen_values(table, players, clustering, length):
    """Return what the tree makes of each token, for one class."""
    bit_of = dict(zip(players.tolist(), (1 << np.arange(len(players))).tolist(), strict=True))
    groups = [bit_of.get(position, 0) for position in range(length)]
    parent, sibling = {}, {}
    for left, right in np.asarray(clustering)[:, :2].astype(int).tolist():
        node = len(groups)
        groups.append(groups[left] | groups[right])
        parent |= {left: node, right: node}
        sibling |= {left: right, right: left}
    values = []
    for token in players.tolist():
        beside, node = [groups[token]], token
        while node in parent:
            beside.append(groups[sibling[node]])
            node = parent[node]
        bits = np.array([group for group in beside if group])  # a special token plays no part

        def game(masks, bits=bits):
            return table[np.asarray(masks, dtype=bool) @ bits]

        values.append(exact(game, len(bits), "BV")[0])
    return np.array(values)


def short_texts(corpus, tokenizer, count):
    """Return test rows whose texts have few tokens, the same number of each language and label."""
    tokens = [
        len(ids)
        for ids in tokenizer(corpus.test["text"].tolist(), add_special_tokens=False).input_ids
    ]
    short = corpus.test[pd.Series(tokens, index=corpus.test.index).isin(TOKENS)]
    return stratified_sample(short, min(count, len(short)))


def compare(model, tokenizer, texts):
    """Return a row for each token and class: the companion's value, and the exact ones."""
    # As many masks as any tree of so few tokens can ask for.
    explained = explain_corpus(model, tokenizer, texts, max_evals=100_000)
    records = []
    for number, text in enumerate(tqdm(texts, desc="texts")):
        players, probabilities = answers(model, tokenizer, text)
        ours = np.asarray(explained.values[number])
        clustering = explained.clustering[number]
        for label, table in enumerate(probabilities.T):
            columns = {
                "companion": ours[players, label],
                "owen": owen_values(table, players, clustering, len(ours)),
                "shapley": shapley_values(table, len(players)),
            }
            frame = pd.DataFrame(columns)
            records.append(frame.assign(text=number, label=label))
    return pd.concat(records, ignore_index=True)


def agreement(values, other):
    """Return how far the companion's values are from other values of the same tokens."""
    apart = (values["companion"] - values[other]).abs()
    counted = values[values[other].abs() >= THRESHOLD]
    same_sign = np.sign(counted["companion"]) == np.sign(counted[other])
    ranks = [
        spearmanr(each["companion"], each[other]).statistic
        for _, each in values.groupby(["text", "label"])
    ]
    return {
        "mean_distance": float(apart.mean()),
        "largest_distance": float(apart.max()),
        "rank_correlation": float(np.nanmean(ranks)),
        "share_with_the_same_sign": float(same_sign.mean()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dataset", default="multiemo")
    parser.add_argument("--texts", type=int, default=60)
    parser.add_argument("--imbalanced", type=Path)
    options = parser.parse_args()

    corpus = load_corpus(options.dataset)
    folder = options.imbalanced or fine_tuned(options.dataset, "imbalanced")
    model, tokenizer = load_encoder(str(folder), num_labels=len(corpus.labels))
    model = model.to(hardware.preferred_device()).eval()
    rows = short_texts(corpus, tokenizer, options.texts)
    values = compare(model, tokenizer, rows["text"].tolist())
    report = {
        "dataset": options.dataset,
        "hardware": hardware.describe(),
        "texts": len(rows),
        "languages": sorted(rows["language"].unique()),
        "most_tokens": max(TOKENS),
        "precision": "fp32",
        "shapiq": metadata.version("shapiq"),
        "values": len(values),
        "mean_size": float(values["companion"].abs().mean()),
        "threshold": THRESHOLD,
        "against": {other: agreement(values, other) for other in ("owen", "shapley")},
    }
    store.write_json(paths.benchmark_file(__file__), report)
    print(report)


if __name__ == "__main__":
    main()
