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
# # This run at a glance
#
# The findings of the paper's abstract, on every data set and model of this run. The pages of each
# data set hold the details; "How to read this book" explains the verdicts.
#
# [Open in Colab](https://colab.research.google.com/github/language-class-imbalance/companion/blob/main/notebooks/00_overview.ipynb)

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from myst_nb import glue

from helpers import book, notebooks
from helpers.report import claim_pages, takeaways

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)

# %% tags=["hide-input"]
glue("headline", takeaways.headline(experiments))

# %% tags=["hide-input"]
glue("evidence", takeaways.evidence(experiments))

# %% [markdown]
# ## All claims, counted
#
# The paper states more than its abstract. Every such sentence, with its verdict and a small plot,
# is on the page "The paper's claims, one by one".

# %% tags=["hide-input"]
claim_pages.tally(
    experiments,
    claim_pages.verdicts(experiments),
    caption="<b>How many claims hold.</b> On the paper's own tables, and on each data set",
)
