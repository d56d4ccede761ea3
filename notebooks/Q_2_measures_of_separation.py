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
# # Q.2 Do all measures of separation order the setups alike?
#
# The paper measures how far apart languages lie by one accuracy, at one penalty and on one layer.
# Here the order of the three setups is compared with that of the log loss at {math}`C = 1`, for
# other scores and penalties on the stored features and, on texts that are there in all languages,
# for every layer, for pooling by the mean, and for measures that train nothing or little: an ABX
# test of language identity {cite}`schatz2013`, the distance of the languages' centroids, retrieval
# of translations, and the description length of the languages {cite}`voita2020`. A control task
# whose languages are dealt out at random {cite}`hewitt2019` shows how long the code is where there
# is nothing to learn.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import display, measures, question_list, questions
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
results = collect(experiments)
question = question_list.question("measures")
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
agreement = measures.agreement(multiemo)
display.figure(
    measures.figure(agreement),
    caption="<b>Figure Q.2-1.</b> MultiEmo: where a measure orders balanced, imbalanced and "
    "class-weighted models as the log loss does, seed by seed (filled), and where not (open).",
    alt=measures.alt_text(agreement),
)

# %% tags=["hide-input"]
display.table(
    measures.levels(multiemo),
    caption="<b>Table Q.2-1.</b> MultiEmo: each measure, mean over seeds; signs are turned so that "
    "more is further apart",
)
