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
# The paper's main findings, on every data set and model of this run. The pages of each data set
# hold the details; "How to read this book" explains the verdicts.
#
# [Open in Colab](https://colab.research.google.com/github/language-class-imbalance/companion/blob/main/notebooks/00_overview.ipynb)

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from myst_nb import glue

from helpers import book, notebooks
from helpers.report import claim_figures, claim_pages, takeaways
from helpers.report import verdicts as verdicts_of

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
verdicts = verdicts_of.verdicts(experiments)

# %% tags=["hide-input"]
glue("headline", takeaways.headline(experiments, verdicts))

# %% tags=["hide-input"]
glue("evidence", takeaways.evidence(experiments, verdicts))

# %% tags=["hide-input"]
priors = takeaways.priors(
    experiments,
    caption="<b>Table O-1. Under which test data?</b> Differences of accuracy with 95 % intervals "
    "over seeds, where every label is equally frequent in every language (the test set), where "
    "labels are skewed as in training, and where they are skewed the other way: the same "
    "predictions, weighted",
)
glue("priors", priors)

# %% tags=["hide-input"]
rulers = claim_figures.rulers(
    experiments,
    caption="<b>Figure O-1. How easily languages are told apart inside the model.</b> Means over "
    "seeds and over test and external texts; further right is easier. Accuracy cannot fall far "
    "below chance; the log loss still tells models apart whose accuracy would be 1",
)
glue("rulers", rulers)

# %% [markdown]
# ## All claims, counted
#
# The paper states more than its abstract. Every such sentence, with its verdict and a small plot,
# is on the page "The paper's claims, one by one".

# %% tags=["hide-input"]
claim_pages.tally(
    experiments,
    verdicts,
    caption="<b>How many claims hold.</b> On the paper's own tables, on each data set, and on all "
    "together. Sentences that state the same count once",
)
