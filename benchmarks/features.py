"""First-token features: texts per second, against a pipeline that takes one text at a time.

    python benchmarks/features.py [--dataset multiemo] [--model e5_small] [--texts 600]

``companion``       `helpers.training.inference.run_model`, from texts to features.
``companion_fp32``  the same in full precision, as the pipeline computes.
``pipeline``        Hugging Face's feature-extraction pipeline, one text after the other.

Writes ``results/benchmarks/features.json``.
"""

import argparse
import json
import time

import numpy as np
from transformers import pipeline

from helpers.data.corpora import load_corpus
from helpers.data.subsets import balanced_sample
from helpers.foundation import hardware, paths, store
from helpers.training.encoders import load_encoder, quiet
from helpers.training.inference import run_model


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dataset", default="multiemo")
    parser.add_argument("--model", default="e5_small")
    parser.add_argument("--texts", type=int, default=600)
    options = parser.parse_args()

    corpus = load_corpus(options.dataset)
    rows = balanced_sample(corpus.test, options.texts, labels=range(len(corpus.labels)), seed=0)
    texts = rows["text"].tolist()
    model, tokenizer = load_encoder(options.model, num_labels=len(corpus.labels))
    limit = min(512, tokenizer.model_max_length)
    with quiet():
        one_by_one = pipeline(
            "feature-extraction",
            model=model.encoder,
            tokenizer=tokenizer,
            device=hardware.preferred_device(),
            tokenize_kwargs={"truncation": True, "max_length": limit},
        )
    run_model(model, tokenizer, texts[:64])  # warm up
    one_by_one(texts[0])

    def companion(precision):
        return run_model(model, tokenizer, texts, max_length=limit, precision=precision).features

    ways = {
        "companion": lambda: companion("auto"),
        "companion_fp32": lambda: companion("fp32"),
        "pipeline": lambda: np.array([one_by_one(text)[0][0] for text in texts]),
    }
    seconds, features = {}, {}
    for name, way in ways.items():
        started = time.perf_counter()
        features[name] = way()
        seconds[name] = time.perf_counter() - started
    report = {
        "dataset": options.dataset,
        "model": options.model,
        "texts": len(texts),
        "hardware": hardware.describe(),
        "texts_per_second": {name: round(len(texts) / s, 1) for name, s in seconds.items()},
        "ratio": {
            name: round(seconds["pipeline"] / seconds[name], 2)
            for name in ("companion", "companion_fp32")
        },
        "largest_difference": {
            name: float(np.abs(features[name] - features["pipeline"]).max())
            for name in ("companion", "companion_fp32")
        },
    }
    store.write_json(paths.benchmark_file(__file__), report)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
