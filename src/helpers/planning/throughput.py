"""What a machine does in a second: timed here and now, or stated for a device that is not here."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.foundation import hardware, paths
from helpers.foundation.errors import CompanionError
from helpers.planning.counts import Texts, Work

_SECONDS_A_TIMING = 8.0
_ITERATIONS = 100  # of a logistic regression: about the mean over the probes of MultiEmo
_E5_SMALL = {"vocab_size": 250_037, "hidden_size": 384, "intermediate_size": 1536}
# Of a model that has not been fetched: what differs from the library's defaults.
PUBLISHED: dict[str, dict[str, Any]] = {
    "mbert": {"model_type": "bert", "vocab_size": 119_547},
    "xlmr": {"model_type": "xlm-roberta", "vocab_size": 250_002},
    "e5_small": {"model_type": "bert", **_E5_SMALL},
}


@dataclass(frozen=True)
class Throughput:
    """What is done in a second of each count of `Work`; GiB of memory at most, where known."""

    trained: float
    read: float
    explained: float
    probed: float
    memory_gib: float | None = None
    gpu_memory_gib: float | None = None
    label: str = ""
    about: str = ""

    def seconds(self, work: Work) -> float:
        """Return a stage's seconds: counts over throughput."""
        passes = work.trained / self.trained + work.read / self.read
        return passes + work.explained / self.explained + work.probed / self.probed


DEVICES = {
    "h200": Throughput(
        trained=30_000,
        read=1_000_000,
        explained=150_000,
        probed=1_500,
        label="NVIDIA H200 (stated, not measured)",
        about="stated in tokens of a base encoder a second: 30,000 in training, in small batches; "
        "1,000,000 forwards in bf16; 150,000 in fp32, for SHAP values. Memory is not estimated",
    )
}


def local_pretrained(load: Callable[..., Any], model: str) -> Any | None:
    """Return what a loader of `transformers` finds of a model on this machine, or None."""
    from helpers.training.model_identity import locate

    folder = paths.cache_dir() / model
    if model == "e5_small" and not folder.is_dir():
        return None
    source, revision = (folder, "main") if model == "e5_small" else locate(model)
    try:
        return load(source, revision=revision, local_files_only=True)
    except (OSError, ValueError):
        return None


def timed(texts: Texts) -> Throughput:
    """Time a model of the real size, with random weights, on batches of the texts' mean length."""
    import torch
    from sklearn.linear_model import LogisticRegression
    from transformers import PreTrainedConfig

    from helpers.training.classifier import FirstTokenClassifier, FirstTokenConfig
    from helpers.training.encoders import quiet
    from helpers.training.inference import autocast, default_tokens_per_batch

    experiment = texts.experiment
    found = local_pretrained(PreTrainedConfig.get_config_dict, experiment.model)
    shape = dict(found[0] if found else PUBLISHED.get(experiment.model, {}))
    shape = shape.get("encoder", shape)
    if not shape:
        raise CompanionError(f"model {experiment.model!r} is not known here: fetch it once")
    recipe, shap = experiment.recipe, experiment.settings.shap
    device = torch.device(hardware.preferred_device())
    with quiet():
        config = FirstTokenConfig(encoder=shape, num_labels=len(texts.facts.labels))
        model = FirstTokenClassifier(config).to(device)
    # Fine-tuning trains the rows of the table that are in use: few, and here none.
    model.get_input_embeddings().requires_grad_(False)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, fused=device.type != "mps")
    lengths = texts.lengths("train")[1]
    length, longest = int(lengths.mean()), int(lengths.max())
    rows = max(1, default_tokens_per_batch(device.type) // length)
    step_rows = recipe.batch_size * recipe.accumulation

    def batch(count: int, length: int) -> dict[str, Any]:
        pieces = torch.randint(4, model.get_input_embeddings().num_embeddings, (count, length))
        mask = torch.ones_like(pieces)
        mask[0, -1] = 0  # real batches are padded, and attention is slower for it
        return {"input_ids": pieces.to(device), "attention_mask": mask.to(device)}

    def train(inputs: dict[str, Any], batches: int = recipe.accumulation) -> None:
        for _ in range(batches):
            with autocast(device, recipe.precision):
                model(**inputs).logits.sum().backward()
        optimizer.step()
        optimizer.zero_grad()

    def read(precision: Any) -> None:
        with torch.inference_mode(), autocast(device, precision):
            model(**large).logits.cpu()

    small, large = batch(recipe.batch_size, length), batch(rows, length)
    languages = np.arange(600) % len(texts.facts.languages)
    features = np.random.default_rng(0).normal(size=(len(languages), model.head.in_features))
    regression = LogisticRegression(max_iter=_ITERATIONS, tol=1e-9)
    with hardware.measured() as usage, warnings.catch_warnings(action="ignore"):
        train(batch(recipe.batch_size, longest), 1)  # for the memory
        trained = _a_second(lambda: train(small), step_rows * length)
        forwards = _a_second(lambda: read("auto"), rows * length)
        explained = _a_second(lambda: read(shap.precision), rows * length)
        probed = _a_second(lambda: regression.fit(features, languages), len(languages))
    # A run also holds the best weights so far, and the table that it writes back.
    copies = 2 * sum(each.numel() * each.element_size() for each in model.parameters())
    memory = round(usage.peak_memory_gib + copies / hardware.GIB, 3)
    gpu_memory = usage.peak_gpu_memory_gib
    return Throughput(trained, forwards, explained, probed, memory, gpu_memory)


def _a_second(call: Callable[[], object], amount: float) -> float:
    """Return how much is done in a second, after a first call that sets things up."""
    call()
    calls, started = 0, time.perf_counter()
    while (taken := time.perf_counter() - started) < _SECONDS_A_TIMING or not calls:
        call()
        calls += 1
    return calls * amount / taken
