"""Fine-tuning: tokens of real text per second, against two other ways to train the same model.

    python benchmarks/finetuning.py [--dataset multiemo_pairs] [--model e5_small] [--steps 40]

``companion``   `helpers.training.finetuning.finetune`, the whole call: word pieces, validation,
                saving. What a reader waits for.
``fp32``, ``eager``, ``compiled``   the same with one option changed: full precision, attention
                without fused kernels, `torch.compile` (whose warm-up is in the time).
``default``     Hugging Face's Trainer with its defaults (its batches padded to the longest text,
                its precision, its optimizer, the whole embedding table). Its ``train()`` alone.
``authors``     the configuration of the paper's authors on pairs: 16 rows accumulated 8 times,
                RAdam, every row padded to 512 positions. Its ``train()`` alone. Their mixed fp16
                exists on GPUs only; on a processor it runs in fp32.

All see the same rows, with the same batch size, on the same machine, one after the other.
Writes ``results/benchmarks/finetuning.json``.
"""

import argparse
import dataclasses
import json
import tempfile
import time

import torch
from torch.nn.functional import cross_entropy
from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

from helpers.data.corpora import load_corpus
from helpers.data.subsets import make_subsets
from helpers.foundation import hardware, paths, store
from helpers.foundation.profiles import load_profile
from helpers.foundation.variants import Variant
from helpers.training.encoders import load_encoder, quiet
from helpers.training.finetuning import finetune

AUTHORS_POSITIONS = 512


def companion(name, train, validation, recipe, labels):
    model, tokenizer = load_encoder(
        name, num_labels=labels, dropout=recipe.dropout, attention=recipe.attention
    )
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        result = finetune(model, tokenizer, train, validation, recipe, output_dir=folder, seed=0)
    return time.perf_counter() - started, result.steps


def plain(name, train, recipe, labels, *, padding, optimizer=None, **options):
    """Run a Trainer that knows nothing of the task but its loss."""
    model, tokenizer = load_encoder(name, num_labels=labels, dropout=recipe.dropout)
    rows = encoded(tokenizer, train, recipe.max_length)
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            model,
            TrainingArguments(
                folder,
                per_device_train_batch_size=recipe.batch_size,
                num_train_epochs=1,
                save_strategy="no",
                report_to=[],
                use_cpu=hardware.preferred_device() == "cpu",
                label_names=["labels"],
                **options,
            ),
            train_dataset=rows,
            data_collator=DataCollatorWithPadding(tokenizer, padding, AUTHORS_POSITIONS),
            compute_loss_func=lambda outputs, targets, num_items_in_batch: (
                cross_entropy(outputs.logits, targets, reduction="sum") / num_items_in_batch
            ),
            optimizer_cls_and_kwargs=optimizer,
        )
        started = time.perf_counter()
        steps = trainer.train().global_step
        return time.perf_counter() - started, steps


def encoded(tokenizer, rows, max_length):
    pairs = rows["text_pair"].tolist() if (rows["text_pair"] != "").any() else None
    pieces = tokenizer(rows["text"].tolist(), pairs, truncation=True, max_length=max_length)
    return [
        {**{name: values[number] for name, values in pieces.items()}, "labels": label}
        for number, label in enumerate(rows["label"].tolist())
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dataset", default="multiemo_pairs")
    parser.add_argument("--model", default="e5_small")
    parser.add_argument("--steps", type=int, default=40, help="of the companion and the default")
    parser.add_argument("--authors-steps", type=int, default=1, help="of 16 x 8 rows")
    options = parser.parse_args()

    corpus = load_corpus(options.dataset)
    recipe = load_profile("quick").recipe_for(options.dataset, Variant())
    recipe = dataclasses.replace(recipe, epochs=1.0, accumulation=1)

    def sample(split, size):
        chosen = make_subsets(
            split, corpus.skew, size=size, labels=range(len(corpus.labels)), seed=0
        )
        return chosen.balanced.reset_index(drop=True)

    train = sample(corpus.train, options.steps * recipe.batch_size)
    validation = sample(corpus.validation, 96)
    few = train.sample(
        min(len(train), options.authors_steps * 8 * recipe.batch_size), random_state=0
    )
    _, tokenizer = load_encoder(options.model, num_labels=len(corpus.labels))
    labels = len(corpus.labels)

    def measured(rows, run):
        with quiet():
            seconds, steps = run()
        tokens = sum(len(row["input_ids"]) for row in encoded(tokenizer, rows, recipe.max_length))
        return {
            "rows": len(rows),
            "steps": steps,
            "tokens": tokens,
            "seconds": round(seconds, 2),
            "tokens_per_second": round(tokens / seconds, 1),
        }

    def changed(**option):
        other = dataclasses.replace(recipe, **option)
        return measured(train, lambda: companion(options.model, train, validation, other, labels))

    results = {
        "companion": changed(),
        "fp32": changed(precision="fp32"),
        "eager": changed(attention="eager"),
        "compiled": changed(compile=True),
        "default": measured(
            train, lambda: plain(options.model, train, recipe, labels, padding="longest")
        ),
        "authors": measured(
            few,
            lambda: plain(
                options.model,
                few,
                recipe,
                labels,
                padding="max_length",
                gradient_accumulation_steps=8,
                optimizer=(torch.optim.RAdam, {"lr": recipe.encoder_learning_rate}),
                fp16=hardware.preferred_device() == "cuda",
            ),
        ),
    }
    rate = results["companion"]["tokens_per_second"]
    report = {
        "dataset": options.dataset,
        "model": options.model,
        "hardware": hardware.describe(),
        "results": results,
        "ratio": {name: round(rate / results[name]["tokens_per_second"], 2) for name in results},
    }
    store.write_json(paths.benchmark_file(__file__), report)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
