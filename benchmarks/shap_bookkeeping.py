"""The companion's own work for a text's SHAP values, which a GPU would wait for.

    python benchmarks/shap_bookkeeping.py [--dataset multiemo] [--texts 60]

A function that costs next to nothing stands in the model's place, and its time is taken off. What
is left is tokenizing, choosing masks, filling batches and adding up values. The fastest of several
repetitions counts: what else the machine does can only slow it down.
Writes ``results/benchmarks/shap_bookkeeping.json``.
"""

import argparse
import json
import time
from types import SimpleNamespace

import torch

from helpers.analysis.shap_frames import stratified_sample
from helpers.analysis.shap_values import explain_corpus
from helpers.data.corpora import load_corpus
from helpers.foundation import hardware, paths, store
from helpers.training.encoders import load_encoder

REPETITIONS = 15


def own_seconds(tokenizer, texts, labels):
    """Seconds of the main thread that are not the stand-in's."""
    weights = torch.randn(len(tokenizer), labels, generator=torch.Generator().manual_seed(0))
    spent = [0.0]

    def stand_in(input_ids, **_):
        started = time.thread_time()
        chosen = weights[input_ids]
        logits = (chosen[:, 1:] * chosen[:, :-1]).mean(1) + chosen.mean(1)
        spent[0] += time.thread_time() - started
        return SimpleNamespace(logits=logits)

    started = time.thread_time()
    explain_corpus(stand_in, tokenizer, texts, progress=False)
    return time.thread_time() - started - spent[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dataset", default="multiemo")
    parser.add_argument("--texts", type=int, default=60)
    options = parser.parse_args()

    torch.set_num_threads(1)
    corpus = load_corpus(options.dataset)
    texts = stratified_sample(corpus.test, options.texts)["text"].tolist()
    _, tokenizer = load_encoder("e5_small", num_labels=len(corpus.labels))
    labels = len(corpus.labels)
    seconds = [own_seconds(tokenizer, texts, labels) for _ in range(REPETITIONS)]
    report = {
        "dataset": options.dataset,
        "texts": len(texts),
        "hardware": hardware.describe(),
        "repetitions": REPETITIONS,
        "milliseconds_a_text": round(1e3 * min(seconds) / len(texts), 2),
    }
    store.write_json(paths.benchmark_file(__file__), report)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
