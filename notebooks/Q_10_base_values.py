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
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
question = question_list.question("base_values")
asked = question_runs.experiments([question], profile)
results = collect([*book.experiments(profile), *asked])
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
question_runs.missing_note(question, profile)

# %% tags=["hide-input"]
sizes = base_values.sizes(multiemo)
null = (
    "Two balanced models of different seeds show how far models differ without any imbalance (the "
    "null). "
)
display.figure(
    question_figures.forest(sizes, unit="size of the difference"),
    caption="<b>Figure Q.10-1.</b> MultiEmo: how far the base values of two models differ, trained "
    "with and without masked input entropy; mean over the first and the last label. "
    f"{null * (sizes['panel'].nunique() > 1)}A dot is the mean, with its 95 % interval where there "
    "are several seeds, a tick a seed. "
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

# %% [markdown]
# ## What does a model say when every token is masked?
#
# A base value depends on a text through its length alone. A model that knew only how often labels
# are would give an even share to each, at every length. The figure shows what models say instead;
# the table, how far that is from even shares, and how much lengths and seeds differ. Where seeds of
# one setup differ as much as setups do, a difference of base values is the seed's doing.

# %% tags=["hide-input"]
lengths = base_values.by_length(multiemo)
display.figure(
    base_values.length_figure(lengths),
    caption="<b>Figure Q.10-2.</b> MultiEmo: the base value of each label by the number of tokens, "
    "special ones included; a line for each seed. Texts that SHAP values were kept of token by "
    f"token. Seeds: {', '.join(map(str, sorted(set(lengths['seed'])))) or 'none'}.",
    alt=base_values.length_alt(lengths),
)

# %% tags=["hide-input"]
display.table(
    base_values.spread(lengths),
    caption="<b>Table Q.10-3.</b> MultiEmo: how far base values lie from even shares, from their "
    "mean over lengths, and from the mean over seeds at the same length, in total variation "
    "distance (the probability that would have to be moved); 95 % intervals over seeds",
)
