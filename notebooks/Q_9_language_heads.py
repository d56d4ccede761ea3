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
# # Q.9 Do heads that work against the language keep a model from learning?
#
# The paper's footnote 2 reports that a second head, which identifies the language and against which
# the encoder works, "prevented the model from learning". Here are both of its forms, entropy
# maximisation and gradient reversal {cite}`ganin2016`, each with the authors' factor and with a
# tenth of it. A model has learned where its test accuracy is above what the language alone allows,
# one-sided at 5 % over groups of rows.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import described, display, figures, frames, question_list
from helpers.report import question_runs, questions
from helpers.report.question_list import language_heads
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
question = question_list.question("language_heads")
asked = question_runs.experiments([question], profile)
results = collect([*book.experiments(profile), *asked])
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
question_runs.missing_note(question, profile)

# %% tags=["hide-input"]
weighted = question_runs.beside(question, profile, ["imbalanced_cw"])
curves = frames.training_curves([*weighted, *asked])
display.figure(
    figures.training_curves(curves),
    caption="<b>Figure Q.9-1.</b> MultiEmo: validation loss by training step, a line a model of "
    "seed 0; the filled mark is the model that is kept. All losses shown are weighted by eq. 2. "
    "Beside the models with a head stands the one that was trained with these weights, too.",
    alt=figures.alt_text(
        "Lowest validation loss",
        curves[curves["best"]],
        name=["setup"],
        value="validation_loss",
    ),
)

# %% [markdown]
# ## How it was computed
#
# The first column decides whether a model has learned: by how much its accuracy is at least above
# that of giving each language its most frequent label, which is the lower 95 % bound over groups of
# rows. The others are differences to the imbalanced model of the same seed. One seed shows on which
# side of 0 they lie and decides nothing. Besides, a model with a head is kept at the step with the
# lowest validation loss weighted by eq. 2, and the imbalanced model by its plain validation loss,
# as in the paper: a part of a difference can come from that.

# %% tags=["hide-input"]
numbers = described.frame(language_heads.STATEMENTS, multiemo)
display.table(
    described.differences(numbers),
    caption="<b>Table Q.9-1.</b> MultiEmo: each head, and its differences to the imbalanced model; "
    "accuracy on even shares. Identification: of the language, mean of test and external texts. "
    "Slope: of predicted on training shares",
)
