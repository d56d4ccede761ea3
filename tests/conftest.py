"""Tiny encoders of the real architectures, with tokenizers that know a few sentences.

They test code and never make a published number. Weights are random but the same in every run; so
are the vocabularies, which is why they are listed and not trained: the trainers are not
deterministic.
"""

import copy
import os
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import hypothesis
import pandas as pd
import pytest
import yaml

from helpers.foundation import paths
from sentences import SENTENCES

if TYPE_CHECKING:
    from helpers.foundation.experiment import Experiment

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no test reaches the hub by accident
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

# How fast the machine is decides no test.
hypothesis.settings.register_profile("companion", deadline=None)
hypothesis.settings.load_profile("companion")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the folder of a built book, and the file for the counts of reliability."""
    parser.addoption("--book", type=Path, help="a built book for tests/browser, as _build/html")
    parser.addoption("--tally", type=Path, help="where tests/reliability writes what it counted")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take minutes first, so that no worker is left with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("minutes") is None)


_TINY = MappingProxyType(
    {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "initializer_range": 0.2,  # wide, so that inputs make a difference without training
    }
)


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with mBERT's kind of encoder: WordPiece, token types, a pooler."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    characters = sorted(set("".join(_all_sentences())) - {" "})
    pieces = [*specials, *characters, *(f"##{each}" for each in characters), *_frequent_words()]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=64,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
    config = BertConfig(vocab_size=len(fast), max_position_embeddings=64, **_TINY)
    return _save(BertModel, config, fast, tmp_path_factory.mktemp("tiny") / "bert")


@pytest.fixture(scope="session")
def tiny_xlmr(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with XLM-R's kind of encoder: unigram pieces, no token types."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

    characters = sorted(set("▁".join(_all_sentences())) - {" "})
    words = [f"▁{word}" for word in _frequent_words()]
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(piece, -9.0) for piece in characters] + [(piece, -6.0) for piece in words]
    tokenizer = Tokenizer(models.Unigram([*pieces, ("<mask>", 0.0)], unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=64,
        model_input_names=["input_ids", "attention_mask"],
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        cls_token="<s>",
        sep_token="</s>",
        mask_token="<mask>",
    )
    config = XLMRobertaConfig(
        vocab_size=len(fast),
        max_position_embeddings=66,
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        **_TINY,
    )
    return _save(XLMRobertaModel, config, fast, tmp_path_factory.mktemp("tiny") / "xlmr")


@pytest.fixture(scope="session", params=["tiny_bert", "tiny_xlmr"])
def tiny_encoder(request: pytest.FixtureRequest) -> Path:
    """Each of the tiny encoders in turn."""
    folder: Path = request.getfixturevalue(request.param)
    return folder


@pytest.fixture(scope="session")
def reviews() -> pd.DataFrame:
    """A frame of rows as a corpus has them: 96 texts, two labels that the text gives away."""
    rows = []
    for repeat in range(8):
        for language, sentences in SENTENCES.items():
            for label, sentence in enumerate(sentences):
                text = " ".join([sentence] * (1 + repeat % 3))
                name = f"{language}-{repeat}-{label}"
                rows.append((name, str(repeat), language, label, text, ""))
    return pd.DataFrame(rows, columns=["id", "group", "language", "label", "text", "text_pair"])


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A checkout of its own, without results, that the test works in."""
    import fake_results

    with fake_results.checkout(tmp_path / "checkout") as root:
        yield root


@pytest.fixture
def tiny_profile() -> dict[str, Any]:
    """The content of a profile as small as it gets, to be changed at will."""
    from tiny_profile import PROFILE

    return copy.deepcopy(dict(PROFILE))


@pytest.fixture
def tiny_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_profile: dict[str, Any]
) -> Path:
    """A checkout of its own, whose profile quick is the tiny one."""
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "quick.yaml").write_text(yaml.safe_dump(tiny_profile))
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def experiments(checkout: Path) -> list["Experiment"]:
    """The experiments of the checkout, with made-up results."""
    import fake_results

    return fake_results.write_all()


def _all_sentences() -> list[str]:
    return [sentence for pair in SENTENCES.values() for sentence in pair]


def _frequent_words() -> list[str]:
    """Whole words that are one piece; the others are spelt out."""
    words = {word.strip(".,") for sentence in _all_sentences() for word in sentence.split()}
    return sorted(word for word in words if len(word) <= 5)


def _save(model_class: type, config: object, tokenizer: object, folder: Path) -> Path:
    import torch

    from helpers.training.encoders import quiet

    with quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model_class(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)  # type: ignore[attr-defined]
    return folder
