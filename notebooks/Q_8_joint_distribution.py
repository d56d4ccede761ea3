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
# # Q.8 Is it the joint distribution that drives languages apart?
#
# In the paper's imbalance labels are as frequent as each other over all languages; they differ by
# language. Here one model has that skew, and another the first language's shares in every
# language: its labels are as uneven, but the language says nothing about them. "Apart" compares
# with the balanced model; [4.2](../sections/04_2_language_identification.ipynb) has the encoder
# before fine-tuning beside all of them.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import described, display, figures, question_figures, question_list
from helpers.report import question_runs, questions, training_shares
from helpers.report.question_list.joint import SKEWS
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
question = question_list.question("joint")
asked = question_runs.experiments([question], profile)
results = collect([*book.experiments(profile), *asked])
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
question_runs.missing_note(question, profile)

# %% tags=["hide-input"]
separations = training_shares.separations(multiemo, SKEWS)
display.figure(
    question_figures.forest(separations, unit=training_shares.UNITS),
    caption="<b>Figure Q.8-1.</b> MultiEmo: what each skew changes on the balanced model of its "
    "seed. A dot is the mean with its 95 % interval over seeds, a tick a seed. Identification: of "
    "the language, mean of test and external texts. Slope: of predicted shares on the shares that "
    "the model was trained with; where these are the same in every language, it says how far "
    "predictions follow the shares of the labels alone. "
    f"{described.seeds_in_words(separations)}",
    alt=figures.alt_text(
        "What each skew changes on the balanced model",
        question_figures.means(separations),
        name=["panel", "line"],
        value="mean",
    ),
)

# %% [markdown]
# ## How it was computed
#
# Per seed, the balanced model's separation is subtracted from that of both skews, and one
# difference from the other. The answer is whether what remains is above 0 on both rulers; Holm's
# correction over the two.

# %% tags=["hide-input"]
question_runs.processors_note(question, profile, ["balanced", "imbalanced"])

# %% tags=["hide-input"]
questions.verdict_table(
    question,
    [multiemo],
    caption="<b>Table Q.8-1.</b> Separation under the joint skew − under the same skew in every "
    "language",
)

# %% tags=["hide-input"]
display.table(
    described.differences(separations),
    caption="<b>Table Q.8-2.</b> MultiEmo: each skew − balanced, with 95 % intervals over seeds",
)

# %% [markdown]
# What the same skew in every language costs depends on the texts to come. The priors are those of
# each model: even shares of labels, the shares that it was trained with, and these reversed.

# %% tags=["hide-input"]
display.table(
    described.differences(training_shares.accuracies(multiemo, SKEWS)),
    caption="<b>Table Q.8-3.</b> MultiEmo: test accuracy, each skew − balanced, under three priors "
    "of the test set, with 95 % intervals over seeds",
)

# %% tags=["hide-input"]
display.table(
    training_shares.shares(multiemo, SKEWS),
    caption="<b>Table Q.8-4.</b> MultiEmo: share of each label in training, by language",
    formats=dict.fromkeys(multiemo.labels, "{:.2f}"),
)
