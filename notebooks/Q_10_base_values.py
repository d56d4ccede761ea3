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
# # Q.10 Does masked input entropy make base values agree, and at what cost?
#
# SHAP values add up from a base value, the probability of a label for an input of mask tokens.
# Where it differs between two models, their SHAP values are not comparable. Masked input entropy
# (eq. 3) makes it even in training. [A.3](../sections/A_3_base_values.ipynb) has what the paper
# says.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import base_values, described, display, figures
from helpers.report import question_figures, question_list, question_runs, questions

notebooks.check_parameters(globals(), "profile")
question = question_list.question("base_values")
asked = question_runs.experiments([question], profile)
results = questions.load([*book.experiments(profile), *asked])
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
question_runs.missing_note(question, profile)

# %% tags=["hide-input"]
sizes = base_values.sizes(multiemo)
display.figure(
    question_figures.forest(sizes, unit="size of the difference"),
    caption="<b>Figure Q.10-1.</b> MultiEmo: how far the base values of two models differ, trained "
    "with and without masked input entropy; mean over the first and the last label. Two balanced "
    "models of different seeds show how far models differ without any imbalance (the null). A dot "
    "is the mean with its 95 % interval over seeds, a tick a seed. "
    f"{described.seeds_in_words(sizes)}",
    alt=figures.alt_text(
        "Mean size of the difference of base values",
        question_figures.means(sizes),
        name=["panel", "line"],
        value="mean",
    ),
)

# %% [markdown]
# ## How it was computed
#
# The size of the difference of base values between the imbalanced and the balanced model of a seed,
# both with masked input entropy, minus the same without. It does not hinder a setup where the
# one-sided 95 % bound of the accuracy that it costs is less than a point. Holm's correction over
# the three.

# %% tags=["hide-input"]
questions.verdict_table(
    question,
    [multiemo],
    caption="<b>Table Q.10-1.</b> With − without masked input entropy",
)

# %% tags=["hide-input"]
display.table(
    described.differences(base_values.costs(multiemo)),
    caption="<b>Table Q.10-2.</b> MultiEmo: with − without masked input entropy, by setup, with "
    "95 % intervals over seeds. Accuracy on even shares; slope of predicted on training shares; "
    "identification of the language, mean of test and external texts",
)
