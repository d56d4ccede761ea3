"""Where shap's default way to mask a text, through strings, differs from masking token ids.

    python benchmarks/shap_string_path.py [--dataset multiemo] [--texts 30]
        [--balanced FOLDER] [--imbalanced FOLDER]

``shap.Explainer`` on a tokenizer joins the kept pieces of a text and the name of the mask token to
a string, with spaces before each mask, and lets the tokenizer read it again. Three questions:

``masks``       How often is that another input than the text with some ids replaced? For each group
                of tokens in a text's tree, the string with that group masked is tokenized again.
``values``      How far are the SHAP values from those over token ids, how many tokens fall into
                another category, and how far are the base values? In full precision.
``figure_1``    Do the mean cumulative differences between two models change?

The mask token takes the space before it, as in the tokenizer that XLM-RoBERTa ships with; without
that, every mask of the string path would come with a token for its space as well.
Writes ``results/benchmarks/shap_string_path.json``.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import shap
import torch
from tokenizers import AddedToken

from helpers.analysis.masked_texts import encode_texts, masked_ids
from helpers.analysis.partition import partition_tree
from helpers.analysis.shap_difference import cumulative_difference
from helpers.analysis.shap_frames import stratified_sample
from helpers.analysis.shap_values import explain_corpus, objects
from helpers.analysis.statistics import over_groups
from helpers.data.corpora import load_corpus
from helpers.foundation import hardware, paths, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.training.encoders import load_encoder

THRESHOLD = 0.01


def fine_tuned(dataset, setup):
    """Return the folder of a model that some profile has trained."""
    for profile in ("embedded", "quick"):
        folder = Experiment("e5_small", dataset, setup, profile=profile).checkpoint
        if (folder / "model.safetensors").is_file():
            return folder
    raise CompanionError(
        f"--{setup}: no {setup} model is trained yet; give the folder of one, or run: "
        f"companion run --dataset {dataset} --setup {setup}"
    )


def take_space_before_masks(tokenizer):
    """Give the mask token the property that XLM-RoBERTa's has."""
    mask = AddedToken(tokenizer.mask_token, lstrip=True, special=True)
    tokenizer.add_tokens([mask], special_tokens=True)


def compare_masks(tokenizer, texts, languages):
    """Compare the inputs: for each language, how many differ and by how many tokens."""
    masker, records = shap.maskers.Text(tokenizer), []
    for text, encoded, language in zip(
        texts, encode_texts(tokenizer, texts), languages, strict=True
    ):
        count = len(encoded)
        always = sum(1 << int(i) for i in np.flatnonzero(encoded.special))
        groups = [1 << i for i in range(count)]
        for left, right in partition_tree(encoded.segments)[:, :2].astype(int):
            groups.append(groups[left] | groups[right])
        for group in groups:
            kept = ((1 << count) - 1) & ~group | always
            ids = masked_ids(encoded, [kept], tokenizer.mask_token_id)[0]
            bits = np.array([kept >> i & 1 for i in range(count)], dtype=bool)
            again = tokenizer(str(masker(bits, text)[0][0]))["input_ids"]
            others = len(again) - len(ids)
            records.append((language, group & ~always != 0, list(ids) != again, others))
    frame = pd.DataFrame(records, columns=["language", "masks", "differ", "tokens"])
    frame = frame[frame["masks"]]
    found = frame.groupby("language").agg(
        share_that_differ=("differ", "mean"), additional_tokens=("tokens", "mean")
    )
    return found.assign(of=frame.groupby("language").size()).round(4)


def through_strings(model, tokenizer, texts, like):
    """Return the values of shap's default path, in the form of those over token ids."""

    def probabilities(strings):
        inputs = tokenizer([str(s) for s in strings], padding=True, return_tensors="pt")
        with torch.inference_mode():
            return model(**inputs.to(model.device)).logits.softmax(-1).cpu().numpy()

    found = shap.Explainer(probabilities, tokenizer)(texts)
    explanation = shap.Explanation(
        values=objects([np.asarray(v) for v in found.values]),
        base_values=np.asarray(found.base_values),
        data=like.data,
        output_names=like.output_names,
    )
    explanation.special_tokens = like.special_tokens
    return explanation


def compare_values(strings, ids, languages):
    """Compare values and base values, for each language."""
    records = []
    for i, language in enumerate(languages):
        kept = ~ids.special_tokens[i]
        a, b = strings.values[i][kept], ids.values[i][kept]
        kinds = [np.sign(v) * (np.abs(v) > THRESHOLD) for v in (a, b)]
        records.append(
            {
                "language": language,
                "mean_absolute_difference": np.abs(a - b).mean(),
                "mean_absolute_value": np.abs(b).mean(),
                "largest_difference": np.abs(a - b).max(),
                "correlation": np.corrcoef(a.ravel(), b.ravel())[0, 1],
                "share_in_another_category": (kinds[0] != kinds[1]).mean(),
                "base_value_difference": np.abs(strings.base_values[i] - ids.base_values[i]).max(),
            }
        )
    frame = pd.DataFrame(records)
    return frame.groupby("language").mean().round(4)


def figure_1(pairs, languages, groups, ends):
    """Mean cumulative differences by class, language and category, for each path."""
    columns = {}
    for path, (balanced, imbalanced) in pairs.items():
        frame = cumulative_difference(balanced, imbalanced, languages=languages)
        frame = frame[frame["class"].isin(ends)]
        frame = frame.assign(group=np.asarray(groups, dtype=object)[frame["text"]])
        bars = frame.groupby(["class", "language", "category"], sort=False)
        found = bars[["difference", "group"]].apply(
            lambda rows: over_groups(rows["difference"], rows["group"], resamples=2000)
        )
        columns |= {
            path: found.map(lambda one: one.estimate),
            f"{path}_low": found.map(lambda one: one.ci_low),
            f"{path}_high": found.map(lambda one: one.ci_high),
        }
    return pd.DataFrame(columns).round(4)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dataset", default="multiemo")
    parser.add_argument("--texts", type=int, default=30)
    parser.add_argument("--balanced", type=Path)
    parser.add_argument("--imbalanced", type=Path)
    options = parser.parse_args()

    corpus = load_corpus(options.dataset)
    rows = stratified_sample(corpus.test, options.texts)
    texts, languages = rows["text"].tolist(), rows["language"].tolist()
    models = {}
    for setup in ("balanced", "imbalanced"):
        folder = getattr(options, setup) or fine_tuned(options.dataset, setup)
        model, tokenizer = load_encoder(str(folder), num_labels=len(corpus.labels))
        model.config.id2label = dict(enumerate(corpus.labels))
        models[setup] = model.to(hardware.preferred_device())
    take_space_before_masks(tokenizer)
    many = stratified_sample(corpus.test, 10 * options.texts)
    masks = compare_masks(tokenizer, many["text"].tolist(), many["language"].tolist())
    ids = {s: explain_corpus(m, tokenizer, texts) for s, m in models.items()}
    strings = {s: through_strings(m, tokenizer, texts, ids[s]) for s, m in models.items()}
    values = compare_values(strings["balanced"], ids["balanced"], languages)
    figure = figure_1(
        {"ids": tuple(ids.values()), "strings": tuple(strings.values())},
        languages,
        rows["group"].tolist(),
        [corpus.labels[0], corpus.labels[-1]],
    )
    bars = figure[["ids", "strings"]].to_numpy().T
    report = {
        "dataset": options.dataset,
        "hardware": hardware.describe(),
        "texts": len(texts),
        "texts_for_masks": len(many),
        "masks": masks.to_dict("index"),
        "values": values.to_dict("index"),
        "figure_1": {
            "bars": figure.reset_index().to_dict("records"),
            "correlation": round(float(np.corrcoef(bars)[0, 1]), 3),
            "mean_absolute_difference": round(float(np.abs(bars[0] - bars[1]).mean()), 4),
            "share_of_bars_with_another_sign": round(
                float((np.sign(bars[0]) != np.sign(bars[1])).mean()), 3
            ),
        },
    }
    store.write_json(paths.benchmark_file(__file__), report)
    print(masks.to_string(), values.T.to_string(), figure.to_string(), sep="\n\n")
    print({k: v for k, v in report["figure_1"].items() if k != "bars"})


if __name__ == "__main__":
    main()
