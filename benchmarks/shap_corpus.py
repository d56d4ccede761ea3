"""SHAP values of a corpus: texts and model evaluations per second, against ``shap`` itself.

    python benchmarks/shap_corpus.py [--dataset multiemo] [--model FOLDER] [--texts 12] [--json]

``companion``       `helpers.analysis.shap_values.explain_corpus` in the machine's fast precision.
``companion_fp32``  the same in full precision.
``shap``            `shap.Explainer` on a function of strings that pads to the longest of a batch,
                    in the companion's precision, at shap's own batch size.
``shap_best``       the same at the fastest of the batch sizes tried.
``shap_fp32``       the same in full precision at shap's batch size: what one gets by following
                    shap's documentation.
``authors``         `shap.Explainer` on a text-classification pipeline padded to 512 tokens, the
                    configuration of the paper's authors, in the companion's precision.
``bare``            the companion's own batches once more, through the bare model.

All explain the same texts, one after the other in one process; ``authors`` takes the first few. An
evaluation is a mask that shap asks its model about: the companion answers the same ones, but asks
its model about each only once. Memory is what a contender takes beyond the model and the texts.
Then: how time grows with the number and the length of texts, and what cheaper settings change.
Writes ``results/benchmarks/shap_corpus.json``.
"""

import argparse
import json
import time
from contextlib import contextmanager

import numpy as np
import psutil
import shap
import torch
from transformers import pipeline
from transformers.utils import logging

from helpers.analysis.masked_texts import encode_texts
from helpers.analysis.shap_frames import stratified_sample
from helpers.analysis.shap_values import explain_corpus
from helpers.data.corpora import load_corpus
from helpers.foundation import hardware, paths, store
from helpers.foundation.experiment import Experiment
from helpers.training.encoders import load_encoder
from helpers.training.inference import autocast

BATCH_SIZES = (25, 100)
AUTHORS_POSITIONS = 512
GROWTH = (1, 2, 4)
THRESHOLD = 0.01
# On a machine that does other things as well, the processor's clock is the fairer one.
CLOCKS = ("seconds", "processor_seconds")


def fine_tuned(dataset):
    """Return the folder of a balanced model that some profile has trained, or None."""
    for profile in ("embedded", "quick"):
        folder = Experiment("e5_small", dataset, "balanced", profile=profile).checkpoint
        if (folder / "model.safetensors").is_file():
            return folder
    return None


class Bench:
    """The model, and what the contenders do with it."""

    def __init__(self, model, tokenizer, precision):
        self.model, self.tokenizer, self.precision = model, tokenizer, precision
        self.device = model.device

    def companion(self, texts, precision=None, **options):
        """Explain all texts at once."""
        return explain_corpus(
            self.model,
            self.tokenizer,
            texts,
            precision=precision or self.precision,
            progress=False,
            **options,
        )

    def shap(self, texts, precision=None, batch_size="auto"):
        """Explain one text after the other, with strings in between."""

        def probabilities(strings):
            inputs = self.tokenizer(
                [str(s) for s in strings], padding=True, truncation=True, return_tensors="pt"
            ).to(self.device)
            with torch.inference_mode(), autocast(self.device, precision or self.precision):
                return self.model(**inputs).logits.float().softmax(-1).cpu().numpy()

        return shap.Explainer(probabilities, self.tokenizer)(
            texts, batch_size=batch_size, silent=True
        )

    def authors(self, texts):
        """Explain one text after the other, every mask padded to the model's limit."""
        verbosity = logging.get_verbosity()
        logging.set_verbosity(logging.CRITICAL)  # it does not know the class, and works
        classify = pipeline(
            "text-classification",
            model=self.model,
            tokenizer=self.tokenizer,
            device=self.device,
            top_k=None,
            padding="max_length",
            truncation=True,
            max_length=AUTHORS_POSITIONS,
        )
        logging.set_verbosity(verbosity)
        with torch.inference_mode(), autocast(self.device, self.precision):
            return shap.Explainer(classify)(texts, silent=True)

    def bare(self, batches):
        """Run the model on batches that are there already."""
        with torch.no_grad(), autocast(self.device, self.precision):
            for inputs in batches:
                logits = self.model(**inputs).logits
            return logits.float().cpu()

    @contextmanager
    def watched(self):
        """Record the model's inputs and the seconds it takes (a GPU is waited for)."""
        calls, started = {"batches": [], "seconds": 0.0}, [0.0]

        def before(_, __, inputs):
            calls["batches"].append(inputs)
            started[0] = time.perf_counter()

        def after(*_):
            calls["seconds"] += time.perf_counter() - started[0]

        hooks = [
            self.model.register_forward_pre_hook(before, with_kwargs=True),
            self.model.register_forward_hook(after),
        ]
        try:
            yield calls
        finally:
            for hook in hooks:
                hook.remove()

    def measure(self, way, texts, evaluations=None):
        """Seconds, memory and the number of masks that a contender asked the model about."""
        hardware.release_memory()
        before = psutil.Process().memory_info().rss / hardware.GIB
        cpu = time.process_time()
        with self.watched() as calls, hardware.measured() as usage:
            explanation = way(texts)
        cpu = time.process_time() - cpu
        asked = sum(len(inputs["input_ids"]) for inputs in calls["batches"])
        tokens = sum(inputs["input_ids"].numel() for inputs in calls["batches"])
        evaluations = evaluations or asked
        record = {
            "texts": len(texts),
            "seconds": usage.seconds,
            "processor_seconds": round(cpu, 2),
            "texts_per_second": round(len(texts) / usage.seconds, 3),
            "evaluations": evaluations,
            "evaluations_per_second": round(evaluations / usage.seconds, 1),
            "masks_at_the_model": asked,
            "tokens_at_the_model": tokens,
            "peak_memory_mib": round(1024 * (usage.peak_memory_gib - before)),
        }
        if usage.peak_gpu_memory_gib is not None:
            record["peak_gpu_memory_gib"] = usage.peak_gpu_memory_gib
        if self.device.type == "cpu":  # on a GPU the model works while Python does
            outside = usage.seconds - calls["seconds"]
            record["milliseconds_outside_the_model_per_text"] = round(1e3 * outside / len(texts), 1)
        return record, explanation, calls["batches"]


def compare(bench, texts, authors_texts):
    """Run all contenders on the same texts."""
    results = {}
    results["shap"], _, _ = bench.measure(bench.shap, texts)
    evaluations = results["shap"]["evaluations"]
    results["companion"], _, batches = bench.measure(bench.companion, texts, evaluations)
    results["bare"], _, _ = bench.measure(lambda _: bench.bare(batches), texts, evaluations)
    tried = {}
    for size in BATCH_SIZES:
        tried[size], _, _ = bench.measure(lambda t, s=size: bench.shap(t, batch_size=s), texts)
    tried["auto"] = results["shap"]
    fastest = max(tried, key=lambda size: tried[size]["texts_per_second"])
    results["shap_best"] = {"batch_size": fastest, **tried[fastest]}
    results["companion_fp32"], exact, _ = bench.measure(
        lambda t: bench.companion(t, "fp32"), texts, evaluations
    )
    results["shap_fp32"], _, _ = bench.measure(lambda t: bench.shap(t, "fp32"), texts)
    results["authors"], _, _ = bench.measure(bench.authors, texts[:authors_texts])
    return results, {clock: ratios(results, clock) for clock in CLOCKS}, exact


def ratios(results, clock):
    """Return how many times the companion's time for an evaluation the others take."""
    cost = {name: record[clock] / record["evaluations"] for name, record in results.items()}
    found = {
        "same precision, shap's batch size": cost["shap"] / cost["companion"],
        "same precision, shap's best batch size": cost["shap_best"] / cost["companion"],
        "full precision, both": cost["shap_fp32"] / cost["companion_fp32"],
        "shap in full precision, as called": cost["shap_fp32"] / cost["companion"],
        "authors' configuration": cost["authors"] / cost["companion"],
        "companion's time over the bare model's": cost["companion"] / cost["bare"],
    }
    return {name: round(float(ratio), 2) for name, ratio in found.items()}


def growth(bench, texts, tokenizer):
    """Seconds at 1, 2 and 4 times the texts, and at 1, 2 and 4 times the tokens of a text."""
    by_texts = []
    for factor in GROWTH:
        part = (texts * 4)[: factor * len(texts) // 2]
        record, _, _ = bench.measure(bench.companion, part)
        by_texts.append({"times": factor, **record})
    by_tokens, joined = [], [" ".join(texts[i:] + texts[:i]) for i in range(0, len(texts), 4)]
    for factor in GROWTH:
        length = 16 * factor
        record, _, _ = bench.measure(lambda t, n=length: bench.companion(t, max_length=n), joined)
        lengths = [len(e) for e in encode_texts(tokenizer, joined, max_length=length)]
        by_tokens.append({"times": factor, "tokens_per_text": float(np.mean(lengths)), **record})
    return {"texts": by_texts, "tokens": by_tokens}


def cheaper(bench, texts, exact):
    """Measure cheaper settings: their cost, and their distance from 500 evaluations in fp32."""
    settings = {
        f"{bench.precision}": {},
        "one context": {"contexts": "one", "precision": "fp32"},
        "100 evaluations": {"max_evals": 100, "precision": "fp32"},
        "250 evaluations": {"max_evals": 250, "precision": "fp32"},
    }
    expected = np.concatenate(list(exact.values))
    found = {}
    for name, options in settings.items():
        record, explanation, _ = bench.measure(lambda t, o=options: bench.companion(t, **o), texts)
        values = np.concatenate(list(explanation.values))
        kind = [np.sign(v) * (np.abs(v) > THRESHOLD) for v in (values, expected)]
        found[name] = {
            "seconds": record["seconds"],
            "masks_at_the_model": record["masks_at_the_model"],
            "mean_absolute_error": float(np.abs(values - expected).mean()),
            "largest_error": float(np.abs(values - expected).max()),
            "correlation": float(np.corrcoef(values.ravel(), expected.ravel())[0, 1]),
            "share_of_tokens_in_another_category": float((kind[0] != kind[1]).mean()),
        }
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dataset", default="multiemo")
    parser.add_argument("--model", help="a fine-tuned model's folder; by default one of a profile")
    parser.add_argument("--texts", type=int, default=12)
    parser.add_argument("--authors-texts", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the whole report")
    options = parser.parse_args()

    corpus = load_corpus(options.dataset)
    texts = stratified_sample(corpus.test, options.texts)["text"].tolist()
    folder = options.model or fine_tuned(options.dataset)
    model, tokenizer = load_encoder(str(folder or "e5_small"), num_labels=len(corpus.labels))
    device = hardware.preferred_device()
    bench = Bench(model.to(device), tokenizer, hardware.preferred_precision(device))
    bench.companion(texts[:4], max_evals=50)  # warm up
    bench.shap(texts[:1])

    results, compared, exact = compare(bench, texts, options.authors_texts)
    lengths = [len(e) for e in encode_texts(tokenizer, texts)]
    report = {
        "dataset": options.dataset,
        "model": "fine-tuned e5_small" if folder else "e5_small with a random linear layer",
        "hardware": hardware.describe(),
        "precision": bench.precision,
        "threads": torch.get_num_threads(),
        "texts": len(texts),
        "tokens_per_text": {"median": float(np.median(lengths)), "most": max(lengths)},
        "results": results,
        "ratio": compared,
        "growth": growth(bench, texts, tokenizer),
        "cheaper": cheaper(bench, texts, exact),
    }
    store.write_json(paths.benchmark_file(__file__), report)
    if options.json:
        print(json.dumps(report, indent=2))
        return
    print(
        f"{len(texts)} texts of {options.dataset}, {report['model']}, {bench.precision}, {device}"
    )
    for name, record in results.items():
        print(f"{name:16} {record['seconds']:8.1f} s  {record['texts_per_second']:7.3f} texts/s")
    for name, ratio in report["ratio"]["seconds"].items():
        print(f"{ratio:6.2f}  {name}")


if __name__ == "__main__":
    main()
