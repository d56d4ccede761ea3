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
# # Q.5 Can the language be taken out after training?
#
# The paper tried two losses against language in the features and reports that training failed
# (footnote 2). Here nothing is trained: a linear map is to take the language out of the imbalanced
# model's features. LEACE is the smallest such map {cite}`belrose2023`; centring moves every
# language's centroid to one place and has to know a text's language. Both are fitted on balanced
# training rows; the last layer stays as it is.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import display, figures, question_figures, question_list, questions
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
results = collect(experiments)
question = question_list.question("erasing")
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
erasures = question_figures.erasures(multiemo)
display.figure(
    question_figures.forest(erasures, unit=question_figures.ERASURE_UNITS),
    caption="<b>Figure Q.5-1.</b> MultiEmo: what erasing the language changes in the imbalanced "
    "models, with 95 % intervals over seeds (ticks): accuracy, and how easily languages are told "
    "apart on both rulers.",
    alt=figures.alt_text(
        "Changes by erasing the language",
        question_figures.means(erasures),
        name=["panel", "line"],
        value="mean",
    ),
)

# %% [markdown]
# ## Of which texts is it gone?
#
# Both maps are fitted on training rows of the data set. The external texts are of another kind, so
# that what tells their languages apart need not be what was taken out.

# %% tags=["hide-input"]
display.table(
    question_figures.erased_by_source(multiemo),
    caption="<b>Table Q.5-1.</b> MultiEmo: language identification on the imbalanced model's "
    "features, before and after, by kind of text; means over seeds",
    formats={"Seeds": "{:.0f}"},
)
