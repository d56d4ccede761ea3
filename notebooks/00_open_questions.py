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
# # Open questions
#
# What the paper leaves open, and what experiments say. The quantity, the margin and the seeds of
# each question were fixed in the [analysis plan](../plan.md). Answers are about MultiEmo and chosen
# by the verdicts; where a question has several quantities, Holm's correction decides. An answer
# that cannot be told names the number of seeds it may take.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import question_index, questions

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
results = questions.load(experiments)

# %% tags=["hide-input"]
question_index.index(
    results,
    caption="<b>Table Q-1.</b> The open questions that need no new model. In brackets the 95 % "
    "interval over seeds",
)
