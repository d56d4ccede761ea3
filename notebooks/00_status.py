# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The runs of this book
#
# What was run, where and when, from the `run.json` that every experiment leaves.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from myst_nb import glue

from helpers import book, notebooks, verification
from helpers.report import benchmarks, display, runs

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)

# %% tags=["hide-input"]
display.table(
    runs.progress(experiments),
    caption="<b>Table R-1. Experiments.</b> Finished and missing, and what they took",
)

# %% tags=["hide-input"]
display.table(
    runs.environments(experiments),
    caption="<b>Table R-2. Machines and versions.</b> Where the experiments ran",
)

# %% [markdown]
# ## Can these numbers be repeated?
#
# `companion reproduce --profile embedded --again` computes every experiment once more beside the
# published results, and says for each file what moved. `--only multiemo/balanced/seed0` does it for
# one. On the same machine the files are the same. Another processor rounds otherwise; a number is
# then said to have moved where it lies further off than the tolerance.
# [How to read this book](../how_to_read.md) has the tolerances, each beside the largest distance
# that was seen when one machine computed two short experiments as other ones would: without bf16,
# and with sums in another order; and when a published model was fine-tuned again, whole, on another
# kind of processor (`benchmarks/rounding.py`).

# %% tags=["hide-input"]
glue(
    "tolerances",
    display.table(
        verification.tolerance_table(benchmarks.rounding()),
        caption="<b>Table R-3. Tolerances.</b> How far a number may lie from the published one "
        "when another machine computes it",
    ),
    display=False,
)
