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
# # What we could not reproduce here, and how you can
#
# Part of the paper needs models and texts from a hub, and a GPU. This page lists, from the results
# that are there, what has not been computed, with the command that computes it. A command can be
# stopped and called again; nothing is computed twice.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks, stages
from helpers.report import open_cells

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
originals = book.originals()

# %% [markdown]
# ## The paper's own grid
#
# mBERT and XLM-R on Amazon reviews and XNLI, in full. One GPU is enough; several machines can
# share the work, since each command fills a folder of its own. Without the hub, `--source` reads
# the same texts from local folders.

# %% tags=["hide-input"]
open_cells.shown(
    originals,
    outdated=stages.outdated(originals),
    caption="<b>Table N-1. Open cells of profile paper.</b> What is missing, and its command",
)

# %% [markdown]
# ## This profile

# %% tags=["hide-input"]
open_cells.shown(
    experiments,
    outdated=stages.outdated(experiments),
    caption="<b>Table N-2. Open cells of this profile.</b> What is missing, and its command",
)

# %% [markdown]
# ## Data that only you may have
#
# These data sets fit into this profile when a folder with their files is given.

# %% tags=["hide-input"]
open_cells.other_data(
    profile,
    experiments,
    caption="<b>Table N-3. Data sets to bring.</b> The command of the first experiment",
)

# %% [markdown]
# ## What no command brings back
#
# * **The same digits.** The paper's models were trained once, with seed 0 and libraries of their
#   time. Another run of the same recipe is another draw; compare intervals, not digits.
# * **Figures 1 to 3 as numbers.** The paper prints them as plots only. Ours have the same bars,
#   with their numbers in a table, but there is nothing to put beside them.
# * **Amazon reviews from their owner.** The corpus was withdrawn. Copies of its rows exist on the
#   hub; results name the copy they come from.
# * **The Wikipedia dump of June 2023.** The script that served it no longer loads. Profile `paper`
#   takes the dump of November 2023.
# * **The authors' extra split of XNLI** with the languages' skews exchanged. The companion does not
#   run it.
