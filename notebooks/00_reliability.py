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
# # Reliability
#
# What was done to break this companion, and how it ended. A run that is interrupted must end, once
# it is called again, with the same bytes as one that nobody disturbed: otherwise a result is lost.
# A file that was changed must be refused in one sentence, count as missing, or lead to a right
# result: otherwise it is wrongly accepted. The attacks stand in `tests/reliability`. Some of each
# kind are run with all other tests, and `make soak` runs many.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import notebooks
from helpers.report import display, reliability

notebooks.check_parameters(globals(), "profile")

# %% [markdown]
# ## Interrupted
#
# Each case is a run of all stages on a tiny encoder, in processes of its own.

# %% tags=["hide-input"]
display.table(
    reliability.attacks("interrupted"),
    caption="<b>Table T-1. Interrupted runs.</b> Cases of each attack, by how they ended",
)

# %% [markdown]
# ## Changed
#
# Bytes or values are changed at random, or a whole file is cut, deleted or swapped. Who changes a
# result **and** seals its record anew passes, as [Security](../security.md) says; such cases are
# not counted here.

# %% tags=["hide-input"]
display.table(
    reliability.attacks("changed"),
    caption="<b>Table T-2. Changed files.</b> Cases of each attack, by how they ended",
)

# %% [markdown]
# ## Would the tests notice?
#
# Mutation testing changes one place of the code, such as a sign, a number or a comparison, and asks
# whether a test fails. The changes are drawn at random, by a published seed, from the files that
# the numbers of this book hang on. A change that makes the tests run without end is counted apart.

# %% tags=["hide-input"]
display.table(
    reliability.mutation(),
    caption="<b>Table T-3. Changes of the code.</b> Noticed by a test, or not",
)

# %% tags=["hide-input"]
display.note(reliability.progress())

# %% tags=["hide-input"]
display.table(
    reliability.survivors(),
    caption="<b>Table T-4. Changes that no test noticed.</b> Each with the reason",
    prose=True,
)

# %% [markdown]
# ## The runs

# %% tags=["hide-input"]
display.table(
    reliability.runs(),
    caption="<b>Table T-5. Commands.</b> What made the counts above, and when",
)
