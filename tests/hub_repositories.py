"""Repositories for the hub on loopback, in the layouts of the real ones, with rows made up here."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import yaml

from helpers.data.grouping import SPLITS
from sentences import SENTENCES

AMAZON = "defunct-datasets/amazon_reviews_multi"
AMAZON_COPY = "mteb/amazon_reviews_multi"
XNLI = "facebook/xnli"
WIKIPEDIA = "wikimedia/wikipedia"
MBERT = "google-bert/bert-base-multilingual-cased"
XLMR = "FacebookAI/xlm-roberta-base"


# --- data sets ------------------------------------------------------------------------------


def publish_xnli(root: Path, *, rows: Mapping[str, int] | None = None) -> None:
    """Publish pairs: a configuration a language, each premise with the three labels."""
    folder = root / "datasets" / XNLI
    configs = []
    for language in ("fr", "en"):
        for split in SPLITS:
            numbers = range((rows or {}).get(split, 12))
            table = pd.DataFrame(
                {
                    "premise": [f"{_text(language, n // 3)} {split} {n // 3}" for n in numbers],
                    "hypothesis": [_text(language, n + n % 3) for n in numbers],
                    "label": [n % 3 for n in numbers],
                }
            )
            _write(table, folder / language / f"{split}-00000-of-00001.parquet")
        configs.append((language, {split: f"{language}/{split}-*" for split in SPLITS}))
    _write_card(folder, configs)


def publish_reviews(
    root: Path,
    repository: str = AMAZON,
    *,
    text: str = "review_body",
    label: str = "stars",
    first_label: int = 1,
    rows: Mapping[str, int] | None = None,
) -> None:
    """Publish reviews as the hub's own conversion lays them out: a folder a language, no card."""
    for language in SENTENCES:
        for split in SPLITS:
            numbers = range((rows or {}).get(split, 5))
            table = pd.DataFrame(
                {
                    "review_id": [f"{language}_{split}_{n}" for n in numbers],
                    "product_id": "unused",
                    "reviewer_id": "unused",
                    label: [n % 5 + first_label for n in numbers],
                    text: [f"{_text(language, n % 5 // 3)} {split} {n}" for n in numbers],
                    "review_title": "unused",
                    "language": language,
                    "product_category": "unused",
                }
            )
            path = f"{language}/amazon_reviews_multi-{split}.parquet"
            _write(table, root / "datasets" / repository / path)


def publish_wikipedia(
    root: Path,
    languages: Sequence[str] = ("fr", "en"),
    *,
    rows: int = 40,
    shards: int = 1,
    repeats: int = 1,
) -> None:
    """Publish articles: a configuration a language, in shards of row groups.

    Parameters
    ----------
    root : Path
        The hub's.
    languages : sequence of str
        Codes.
    rows, shards : int
        Articles of a shard, and shards of a language.
    repeats : int
        Sentences of an article.
    """
    folder = root / "datasets" / WIKIPEDIA
    configs = []
    for language in languages:
        config = f"20231101.{language}"
        for shard in range(shards):
            numbers = range(shard * rows, (shard + 1) * rows)
            table = pd.DataFrame(
                {
                    "id": [str(n) for n in numbers],
                    "url": "unused",
                    "title": "unused",
                    "text": [f"{_text(language, n) * repeats} {n}" for n in numbers],
                }
            )
            _write(table, folder / config / f"train-{shard:05d}-of-{shards:05d}.parquet")
        configs.append((config, {"train": f"{config}/train-*"}))
    _write_card(folder, configs)


def _text(language: str, number: int) -> str:
    sentences = SENTENCES[language]
    return sentences[number % len(sentences)]


def _write(table: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # As large as it is: repeated texts would shrink to nothing.
    table.to_parquet(path, index=False, row_group_size=1000, compression=None, use_dictionary=False)


def _write_card(folder: Path, configs: Sequence[tuple[str, Mapping[str, str]]]) -> None:
    content = [
        {
            "config_name": name,
            "data_files": [{"split": split, "path": path} for split, path in files.items()],
        }
        for name, files in configs
    ]
    (folder / "README.md").write_text(f"---\n{yaml.safe_dump({'configs': content})}---\n")


# --- models ---------------------------------------------------------------------------------


def publish_mbert(root: Path, tiny: Path) -> None:
    """Publish a BERT as mBERT lies on the hub: pretraining heads, old names of the layer norms.

    Parameters
    ----------
    root : Path
        The hub's.
    tiny : Path
        The folder of the fixture ``tiny_bert``, for its tokenizer and sizes.
    """
    from transformers import BertConfig, BertForPreTraining

    config = BertConfig.from_pretrained(tiny, max_position_embeddings=512)
    folder = root / "models" / MBERT
    weights = _weights(BertForPreTraining, config)
    old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    for new, former in old.items():
        weights = {name.replace(new, former): tensor for name, tensor in weights.items()}
    _publish_model(folder, config, "BertForMaskedLM", weights, tiny)
    vocabulary = json.loads((tiny / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    (folder / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.get)) + "\n")
    settings = {"do_lower_case": False, "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def publish_xlmr(root: Path, tiny: Path) -> None:
    """Publish an XLM-R as it lies on the hub: language model head, a pooler nobody trained."""
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

    config = XLMRobertaConfig.from_pretrained(tiny, max_position_embeddings=514)
    weights = _weights(XLMRobertaForMaskedLM, config)
    size = config.hidden_size
    weights["roberta.pooler.dense.weight"] = torch.zeros(size, size)
    weights["roberta.pooler.dense.bias"] = torch.zeros(size)
    folder = root / "models" / XLMR
    _publish_model(folder, config, "XLMRobertaForMaskedLM", weights, tiny)
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 512}))


def _weights(model_class: type, config: object) -> dict[str, object]:
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = model_class(config)
    return {name: tensor.contiguous().clone() for name, tensor in model.state_dict().items()}


def _publish_model(
    folder: Path, config: object, architecture: str, weights: Mapping[str, object], tiny: Path
) -> None:
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    settings = json.loads(config.to_json_string())  # type: ignore[attr-defined]
    settings["architectures"] = [architecture]
    (folder / "config.json").write_text(json.dumps(settings))
    save_file(dict(weights), folder / "model.safetensors", metadata={"format": "pt"})
    shutil.copyfile(tiny / "tokenizer.json", folder / "tokenizer.json")
    # Beside the safetensors, as on the hub; nobody may ask for it.
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
