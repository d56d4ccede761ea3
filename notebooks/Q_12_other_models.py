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
# # Q.12 Do encoders with fewer layers, or without pretraining, show the same?
#
# One encoder is cut after half of its layers. The other has them all, but random weights: what it
# knows of languages comes from the task alone. Both are fine-tuned in the three setups with seed 0.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import described, display, figures, other_models, question_figures
from helpers.report import question_list, question_runs, questions

notebooks.check_parameters(globals(), "profile")
question = question_list.question("other_models")
asked = question_runs.experiments([question], profile)
results = questions.load([*book.experiments(profile), *asked])
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
question_runs.missing_note(question, profile)

# %% tags=["hide-input"]
changes = other_models.changes(multiemo)
display.figure(
    question_figures.forest(changes, unit=other_models.UNITS),
    caption="<b>Figure Q.12-1.</b> MultiEmo: imbalanced − balanced, by encoder. A dot is the mean, "
    "with its 95 % interval where there are several seeds, a tick a seed. Slope: of predicted on "
    "training shares. Identification: of the language, log loss at C = 1, sign turned. "
    f"{described.seeds_in_words(changes)}",
    alt=figures.alt_text(
        "Imbalanced − balanced",
        question_figures.means(changes),
        name=["panel", "line"],
        value="mean",
    ),
)

# %% [markdown]
# ## How it was computed
#
# Differences between models of one encoder and seed. Where one of the three models has not learned,
# the encoder is left out of all columns but the first: by how much accuracy is at least above what
# the language alone allows, in the model for which that is least. One seed shows on which side of 0
# a difference lies, and decides nothing.

# %% tags=["hide-input"]
display.table(
    described.differences(other_models.numbers(multiemo)),
    caption="<b>Table Q.12-1.</b> MultiEmo: the two encoders beside the whole pretrained one, with "
    "95 % intervals where there are several seeds; accuracy on even shares",
)

# %% tags=["hide-input"]
display.table(
    described.differences(other_models.levels(multiemo)),
    caption="<b>Table Q.12-2.</b> MultiEmo: how easily languages are told apart in each setup, log "
    "loss with its sign turned, mean of test and external texts",
)
