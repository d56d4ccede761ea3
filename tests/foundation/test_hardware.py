import gc
import time

import numpy as np
import torch

from helpers.foundation import hardware


def test_peak_memory_counts_what_was_freed_again():
    with hardware.measured() as usage:
        block = np.ones(64 * 2**20)  # 0.5 GiB
        time.sleep(0.2)
        held = hardware.psutil.Process().memory_info().rss / hardware.GIB
        del block
    assert usage.peak_memory_gib >= held - 0.02
    assert usage.seconds >= 0.2


def test_the_preferred_device_and_precision_compute():
    device = hardware.preferred_device()
    precision = hardware.preferred_precision(device)
    dtype = {"bf16": torch.bfloat16, "fp32": torch.float32}[precision]
    product = torch.ones(4, 4, dtype=dtype, device=device) @ torch.ones(4, 4, dtype=dtype).to(
        device
    )
    assert product.float().sum().item() == 64


def test_the_description_names_the_machine():
    described = hardware.describe()
    assert described["cores"] >= 1
    assert described["memory_gib"] > 0


def test_a_peak_is_not_what_earlier_work_left_behind():
    gc.disable()
    try:
        left = [np.ones(64 * 2**20)]  # 0.5 GiB, in a cycle: only the collector finds it
        left.append(left)
        held = hardware.psutil.Process().memory_info().rss / hardware.GIB
        del left
        with hardware.measured() as usage:
            pass
    finally:
        gc.enable()
    assert usage.peak_memory_gib < held - 0.4
