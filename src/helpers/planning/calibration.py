"""Throughput and memory, measured here and now in a process of their own.

A plan needs to know what a training step, a forward pass and a probe cost on this machine. The
calibration runs the code of the stages themselves, on a few batches of the lengths that the plan
has counted, with a model of the real size. Its process imports and holds what a job's process
does, so that its peak memory is a job's, but for the rows.
"""

import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from helpers.foundation import hardware
from helpers.foundation.errors import CompanionError
from helpers.foundation.profiles import Recipe

Points = tuple[tuple[int, float], ...]

_SECONDS_A_LENGTH = 6.0  # a batch is repeated up to three times within about this
_PROBED_ROWS, _PROBED_LANGUAGES = 600, 3


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to measure.

    Parameters
    ----------
    model : str
    layers : int or None
    dataset : str
        Loaded as a job loads it, where it is at hand.
    sources : mapping of str to str
    labels : int
    recipe : Recipe
    explaining : str
        Precision of the SHAP values.
    lengths : tuple of int
        Word pieces to measure at, ascending and at least 12 apart; the last is the longest batch.
    pieces_in_use : int
        Rows of the trimmed embedding table.
    """

    model: str
    layers: int | None
    dataset: str | None
    sources: dict[str, str]
    labels: int
    recipe: Recipe
    explaining: str
    lengths: tuple[int, ...]
    pieces_in_use: int


@dataclass(frozen=True, kw_only=True)
class Throughput:
    """What a device takes, in seconds, and GiB of memory at most.

    Parameters
    ----------
    training : points of (length, seconds)
        One batch of the recipe's size, forwards and back.
    step : float
        One optimizer step.
    inference, explaining : points of (length, seconds)
        One token, in full batches.
    model : float
        Loading and saving the model.
    probe : float
        One row, feature, language and iteration of a logistic regression.
    rows : float
        Loading a data set and drawing its subsets, for one row.
    memory : mapping of str to float
        Peak of a process that runs a stage.
    """

    training: Points
    step: float
    inference: Points
    explaining: Points
    model: float
    probe: float
    rows: float
    memory: dict[str, float]


def calibrate(request: Request) -> Throughput:
    """Measure in a fresh process.

    Raises
    ------
    CompanionError
        If the process fails; the message has its last line.
    """
    done = subprocess.run(
        [sys.executable, "-m", "helpers.planning.calibration"],
        input=json.dumps(dataclasses.asdict(request)),
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip() or "it was killed").splitlines()[-1]
        raise CompanionError(f"the calibration of {request.model!r} failed: {reason}")
    found = json.loads(done.stdout.splitlines()[-1])
    for name in ("training", "inference", "explaining"):
        found[name] = tuple((int(length), float(seconds)) for length, seconds in found[name])
    return Throughput(**found)


# --- in the process of its own --------------------------------------------------------------


def _measure(request: Request) -> Throughput:
    """Do what a job does, in its order, so that memory is held and left behind as there."""
    import helpers.training.encoders  # what a job imports before its first stage

    memory: dict[str, float] = {}
    with hardware.measured() as usage:
        corpus = _draw(request) if request.dataset is not None else None
    memory["subsets"] = usage.peak_memory_gib
    rows = 0.0
    if corpus is not None:
        rows = usage.seconds / sum(map(len, (corpus.train, corpus.validation, corpus.test)))
    with tempfile.TemporaryDirectory() as folder:
        with hardware.measured() as usage:
            started = _now()
            model, tokenizer = _load(request)
            loading = _now() - started
            training, step = _train(model, request)
            started = _now()
            model.save_pretrained(folder)
            saving = _now() - started
        memory["finetuning"] = usage.peak_memory_gib
        del model, tokenizer
        with hardware.measured() as usage:
            model, tokenizer = _load(request, folder)
            inference = _forward(model, request, "auto")
        memory["predictions"] = memory["last_step"] = usage.peak_memory_gib
        with hardware.measured() as usage:
            probe = _probe(model.config.encoder["hidden_size"])
            for _ in range(2):  # the model before fine-tuning, on two sets of texts
                before, its_tokenizer = _load(request, folder)
                _forward(before, request, "auto")
            del before, its_tokenizer
        memory["language_identification"] = usage.peak_memory_gib
        with hardware.measured() as usage:
            import helpers.analysis.shap_values  # noqa: F401

            explaining = _forward(model, request, request.explaining)
        memory["shap_values"] = memory["shap_examples"] = usage.peak_memory_gib
    del model, tokenizer
    with hardware.measured() as usage:
        pass
    memory["shap_difference"] = usage.peak_memory_gib
    return Throughput(
        training=training,
        step=step,
        inference=inference,
        explaining=explaining,
        model=loading + saving,
        probe=probe,
        rows=rows,
        memory=memory,
    )


def _load(request: Request, folder: str | None = None) -> tuple[Any, Any]:
    """Return a model, from a folder or afresh, and the tokenizer that a job holds beside it."""
    import torch

    from helpers.planning.models import local_tokenizer
    from helpers.training.classifier import FirstTokenClassifier
    from helpers.training.encoders import quiet

    with quiet():
        tokenizer = local_tokenizer(request.model)
        if folder is None:
            return _model(request), tokenizer
        model = FirstTokenClassifier.from_pretrained(folder, dtype=torch.float32)
    for weight in model.parameters():
        weight.sum()  # many texts read every weight; what is only mapped takes no memory yet
    return model.eval(), tokenizer


def _draw(request: Request) -> Any:
    """Load the data set and draw subsets, as a job's first stage does."""
    from helpers.data.corpora import load_corpus

    return load_corpus(request.dataset, sources=request.sources)  # type: ignore[arg-type]


def _model(request: Request) -> Any:
    """Return a classifier of the real size: the model itself where it is here, else random."""
    import torch
    from transformers import AutoModel

    from helpers.planning.models import local_folder, model_config
    from helpers.training.classifier import FirstTokenClassifier, FirstTokenConfig
    from helpers.training.encoders import load_encoder, quiet

    recipe = request.recipe
    folder = local_folder(request.model)
    if folder is not None and any(folder.glob("*.safetensors")):
        model, _ = load_encoder(
            request.model,
            num_labels=request.labels,
            layers=request.layers,
            dropout=recipe.dropout,
            first_token=recipe.first_token,
        )
        return model
    config = model_config(request.model)
    if config is None:
        raise CompanionError(f"model {request.model!r} is not here: fetch it once")
    if request.layers is not None:
        config.num_hidden_layers = request.layers
    with quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        encoder = AutoModel.from_config(config)
        return FirstTokenClassifier(
            FirstTokenConfig(
                encoder=json.loads(config.to_json_string()),
                num_labels=request.labels,
                dropout=recipe.dropout,
                first_token=recipe.first_token,
            ),
            encoder,
        )


def _texts(model: Any, lengths: Any, *, pieces: int) -> Any:
    """Return texts of some lengths, of pieces drawn at random."""
    from helpers.training.batches import EncodedTexts

    random = np.random.default_rng(0)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    most = min(pieces, model.get_input_embeddings().num_embeddings)
    drawn = random.integers(4, most, int(starts[-1]), dtype=np.int32)
    types = model.config.encoder.get("type_vocab_size", 1) > 1
    return EncodedTexts(
        pieces=drawn,
        segments=np.zeros(len(drawn), np.int8) if types else None,
        starts=starts,
        padding_id=int(model.config.encoder.get("pad_token_id") or 0),
    )


def _train(model: Any, request: Request) -> tuple[Points, float]:
    """Train on batches of each length; return seconds per batch, and per optimizer step."""
    from transformers import TrainerCallback

    from helpers.training.embeddings import restore_embeddings, trim_embeddings
    from helpers.training.finetuning import training_arguments
    from helpers.training.trainer import PaperTrainer, Rows

    recipe = dataclasses.replace(
        request.recipe, accumulation=1, epochs=1, validations=1, warmup_share=0
    )
    size = recipe.batch_size
    # Repetitions differ by two pieces, and the rows of a batch by one: real batches are padded, and
    # attention is slower for it.
    nominal = {
        length - 2 * number: length
        for length in request.lengths
        for number in range(3 if length * size <= 4096 else 1)
    }
    first = request.lengths[0] - 6  # a step more, which also sets things up
    lengths = np.concatenate(
        [np.repeat([each - 1, each], [size // 2, size - size // 2]) for each in (first, *nominal)]
    )
    texts = _texts(model, lengths, pieces=request.pieces_in_use)
    labels = np.arange(len(lengths)) % request.labels
    special = SimpleNamespace(
        pad_token_id=texts.padding_id,
        all_special_ids=[0, 1, 2, 3],
    )
    trimmed = trim_embeddings(model, special, range(request.pieces_in_use))
    steps: list[float] = []
    updates: list[float] = []

    class Clock(TrainerCallback):  # type: ignore[misc]
        def on_step_begin(self, *_: Any, **__: Any) -> None:
            steps.append(-_now())

        def on_step_end(self, *_: Any, **__: Any) -> None:
            steps[-1] += _now()

    with tempfile.TemporaryDirectory() as folder:
        trainer = PaperTrainer(
            model,
            special,
            recipe,
            Rows(texts, labels),
            Rows(_texts(model, [request.lengths[-1]] * size, pieces=8), labels[:size]),
            remap=trimmed.remap,
            args=training_arguments(recipe, folder=folder, seed=0),
            masked_entropy=False,
            checkpoint_seconds=1e9,
            progress=False,
        )
        trainer.buckets.seed = _first_is(trainer.buckets, first)
        order = lengths[np.fromiter(trainer.buckets, dtype=int)].reshape(-1, size).max(axis=1)
        # While the weights of a better model are copied, those of the one before are held.
        before = {name: value.detach().clone() for name, value in model.state_dict().items()}
        trainer.add_callback(Clock)
        optimizer = trainer.create_optimizer()
        optimizer.register_step_pre_hook(lambda *_: updates.append(-_now()))
        optimizer.register_step_post_hook(lambda *_: updates.append(updates.pop() + _now()))
        trainer.train()
        assert trainer.best is not None
        trainer.accelerator.unwrap_model(trainer.model_wrapped, keep_fp32_wrapper=False)
        model.load_state_dict(trainer.best.weights)
        del before
    restore_embeddings(model, trimmed)
    update = float(np.median(updates[1:]))
    taken: dict[int, list[float]] = {}
    for length, seconds in zip(order[1:].tolist(), steps[1:], strict=True):
        taken.setdefault(nominal[length], []).append(seconds - update)
    return tuple((length, float(np.median(taken[length]))) for length in request.lengths), update


def _first_is(buckets: Any, length: int) -> int:
    """Return a seed whose order starts with a batch of some length."""
    for seed in range(1000):
        buckets.seed = seed
        if buckets.lengths[next(iter(buckets))] <= length:
            return seed
    raise AssertionError("no order starts with the shortest batch")


def _forward(model: Any, request: Request, precision: Any) -> Points:
    """Return seconds per token of full batches of each length."""
    from helpers.training.inference import default_tokens_per_batch, forward_all

    model.to(hardware.preferred_device())
    most = default_tokens_per_batch(model.device.type)
    vocabulary = model.get_input_embeddings().num_embeddings
    points = []
    for length in request.lengths:
        texts = _texts(model, [length] * max(1, most // length), pieces=vocabulary)
        seconds = _repeated(partial(forward_all, model, texts, precision=precision))
        points.append((length, seconds / (length * len(texts))))
    return tuple(points)


def _repeated(call: Callable[[], Any]) -> float:
    """Return the seconds of a call: the second of two, or the median of more short ones."""
    call()
    times: list[float] = []
    while len(times) < 3 and sum(times) < _SECONDS_A_LENGTH / 2:
        started = _now()
        call()
        times.append(_now() - started)
    return float(np.median(times))


def _probe(features: int) -> float:
    """Return what a row, feature, language and iteration of a logistic regression costs."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    random = np.random.default_rng(0)
    languages = np.arange(_PROBED_ROWS) % _PROBED_LANGUAGES
    x = random.normal(size=(_PROBED_ROWS, features))
    x[:, :_PROBED_LANGUAGES] += np.eye(_PROBED_LANGUAGES)[languages]
    regression = LogisticRegression(C=1.0, max_iter=200)
    with threadpool_limits(1):
        started = _now()
        regression.fit(x, languages)
        seconds = _now() - started
    iterations = int(regression.n_iter_.max())
    return seconds / (iterations * _PROBED_ROWS * features * _PROBED_LANGUAGES)


def _now() -> float:
    """Return the time, once the device has done what it was asked."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


if __name__ == "__main__":
    raw = json.loads(sys.stdin.read())
    raw["recipe"] = Recipe(**raw["recipe"])
    raw["lengths"] = tuple(raw["lengths"])
    found = _measure(Request(**raw))
    sys.stdout.write(json.dumps(dataclasses.asdict(found)) + "\n")
