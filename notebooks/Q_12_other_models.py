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
# knows of languages comes from the task alone: where its languages move apart as well, that needs
# no pretraining. Both are fine-tuned in the three setups with seed 0.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import described, display, figures, other_models, question_figures
from helpers.report import question_list, question_runs, questions
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
question = question_list.question("other_models")
asked = question_runs.experiments([question], profile)
results = collect([*book.experiments(profile), *asked])
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

# %% [markdown]
# ## What would a decoder break?
#
# Any encoder of the hub takes part by its name (`--model`). A decoder does not: four assumptions of
# the method fail.
#
# * *The first token's vector stands for the text.* In a decoder a token sees only those before it,
#   so the first one's vector is the same for every text. The last token's, or the mean, would have
#   to take its place, in the classifier and in language identification.
# * *There is a mask token.* Masked input entropy and Partition SHAP put it where a token is hidden,
#   and encoders have met it in pretraining. For a decoder any stand-in is a token with a meaning,
#   and a base value is then the answer to a text of such tokens.
# * *A hidden token leaves the rest as it is.* An encoder sees the gap from both sides. A decoder
#   reads on from the stand-in, so values depend on the order of the tokens as well.
# * *A class is one output.* A prompted decoder answers in tokens: several per label, of different
#   lengths in each language's words. A classification layer on top, trained as here, avoids that,
#   and the class weights of eq. 2 then apply unchanged.
#
# What holds for both: subword vocabularies are shared by languages unevenly, so that texts of one
# content have more tokens in some languages than in others, and sums of SHAP values over tokens
# compare unequal numbers of summands.
