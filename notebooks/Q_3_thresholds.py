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
# # Q.3 Do the findings hang on the threshold?
#
# The paper calls a token neutral where its SHAP value for the balanced model is at most 0.01 in
# size. Other thresholds are tried, a threshold that makes six in ten tokens neutral, and sorting by
# the balanced models of other seeds, which is free of regression to the mean. Last, nothing is
# sorted: how much of a token's worth to balanced models is left in a skewed one?

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import display, figures, question_figures, question_list, questions
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
results = collect(experiments)
question = question_list.question("thresholds")
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
rules = question_figures.rules(question, multiemo)
display.figure(
    question_figures.forest(rules, unit="languages with more − with less of the label"),
    caption="<b>Figure Q.3-1.</b> MultiEmo: SHAP difference of neutral tokens by the rule that "
    "calls them neutral, with its 95 % interval over seeds (ticks).",
    alt=figures.alt_text(
        "SHAP difference of neutral tokens by rule",
        question_figures.means(rules),
        name=["line"],
        value="mean",
    ),
)

# %% tags=["hide-input"]
display.table(
    question_figures.value_slopes(multiemo),
    caption="<b>Table Q.3-1.</b> MultiEmo: slope of a token's SHAP value on its mean value for "
    "balanced models of other seeds, beside the slope of the balanced model of the same seed; "
    "means over seeds",
)
