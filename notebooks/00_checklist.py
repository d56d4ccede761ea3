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
# # Reproducibility checklist
#
# Conferences and journals ask how a result can be obtained again. Here are items of three lists, in
# our words: the ACL's list {cite:p}`arr2022`, with what it takes over from {cite:t}`dodge2019`,
# that of NeurIPS {cite:p}`pineau2021`, and the ACM's badges for artifacts {cite:p}`acm2020`. Every
# answer is computed from the results of this book and from its own files, so that it changes with
# them. `companion checklist --json` prints the same for machines.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import notebooks
from helpers.report import checklist

notebooks.check_parameters(globals(), "profile")
facts = checklist.gather(profile)

# %% tags=["hide-input"]
checklist.answers(
    facts,
    caption="<b>Table L-1. Items and answers.</b> Numbers behind a list's name are its own",
)

# %% [markdown]
# ## What each claim takes
#
# Which results a claim reads is found by asking its measure. A command computes them for every seed
# and data set of the profile, with all that they need, and nothing that is there already. Minutes
# are those of a run that begins with nothing: recorded where a step was run, and else the mean of
# the same step elsewhere. Memory is the largest of all steps. What the paper's own grid would take
# for the same steps comes from [the plan](cost.ipynb).

# %% tags=["hide-input"]
checklist.costs_table(
    facts,
    caption="<b>Table L-2. Commands, minutes and megabytes.</b> Each computes the claims beside it",
)

# %% [markdown]
# ## The report
#
# In the form of the reproducibility challenge {cite:p}`sinha2021`.

# %% tags=["hide-input"]
checklist.paragraphs(facts)
