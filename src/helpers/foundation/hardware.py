"""The machine: its device, its fast precision, and what a piece of work costs on it."""

import ctypes
import gc
import os
import platform
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

Device = Literal["cuda", "mps", "cpu"]
Precision = Literal["fp32", "bf16"]

GIB = 2**30
_SAMPLING_SECONDS = 0.05
# Instructions that multiply bf16; which of them a processor has moves the last digits.
_MATRIX_FLAGS = ("avx512_bf16", "amx_bf16")


def preferred_device() -> Device:
    """Return the fastest device that torch finds here."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    return "cpu"


def preferred_precision(device: str) -> Precision:
    """Return bf16 where the hardware multiplies it, else fp32.

    Processors without matrix instructions for bf16 emulate it and are slower than in fp32.
    """
    import torch

    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    if device == "cpu" and set(_MATRIX_FLAGS) & _cpu_flags():
        return "bf16"
    return "fp32"


def _cpu_flags() -> set[str]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return set()
    lines = (line for line in text.splitlines() if line.startswith("flags"))
    return set(next(lines, "").partition(":")[2].split())


def is_first_process() -> bool:
    """Say whether this process measures and writes; torchrun's others only help to fine-tune."""
    return os.environ.get("RANK", "0") == "0"


def describe() -> dict[str, str | int | float | None]:
    """Return the machine in words: processor and its bf16 instructions, cores, memory, GPU."""
    import torch

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    flags = _cpu_flags()
    return {
        "processor": _processor(),
        "matrix_instructions": ", ".join(name for name in _MATRIX_FLAGS if name in flags) or None,
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / GIB, 1),
        "gpu": gpu,
        "system": f"{platform.system()} {platform.machine()}",
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    lines = (line for line in text.splitlines() if line.startswith("model name"))
    return next(lines, ":unknown").partition(":")[2].strip()


@dataclass
class Usage:
    """What a piece of work took, filled in when it ends.

    ``peak_memory_gib`` is the process's resident memory; ``peak_gpu_memory_gib`` what torch
    held on the GPU.
    """

    seconds: float = 0.0
    peak_memory_gib: float = 0.0
    peak_gpu_memory_gib: float | None = None


def release_memory() -> None:
    """Give back what earlier work has left behind, as far as the system allows.

    Freed memory stays with a process, and a later peak would count it again.
    """
    gc.collect()
    cuda = _cuda_in_use()
    if cuda is not None:
        cuda.empty_cache()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
        if trim is not None:
            trim(0)


@contextmanager
def measured() -> Iterator[Usage]:
    """Measure the time and the peak memory of a block.

    Memory that earlier work has left is given back first, so that the peak is the block's own.

    Examples
    --------
    >>> with measured() as usage:
    ...     numbers = list(range(1000))
    >>> usage.peak_memory_gib > 0
    True
    """
    release_memory()
    process, usage, done = psutil.Process(), Usage(), threading.Event()
    usage.peak_memory_gib = process.memory_info().rss / GIB

    def sample() -> None:
        while not done.wait(_SAMPLING_SECONDS):
            usage.peak_memory_gib = max(usage.peak_memory_gib, process.memory_info().rss / GIB)

    cuda = _cuda_in_use()
    if cuda is not None:
        cuda.reset_peak_memory_stats()
    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    started = time.perf_counter()
    try:
        yield usage
    finally:
        usage.seconds = round(time.perf_counter() - started, 2)
        done.set()
        sampler.join()
        usage.peak_memory_gib = round(
            max(usage.peak_memory_gib, process.memory_info().rss / GIB), 3
        )
        if cuda is not None:
            usage.peak_gpu_memory_gib = round(cuda.max_memory_allocated() / GIB, 3)


def _cuda_in_use() -> Any:
    """Return ``torch.cuda`` where torch is loaded and sees a GPU, else None."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return torch.cuda
    return None
