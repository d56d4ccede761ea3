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
# # Q.1 Does it take new training?
#
# Class weights take a new fine-tuning. A trained model can also be corrected: a skewed training set
# leaves its shares in the probabilities, and Bayes' rule takes them out again, as long as the texts
# of a label stay what they are. Three ways are tried on the imbalanced models: dividing by the
# known training shares, estimating the new shares from unlabelled texts by expectation maximisation
# {cite}`saerens2002`, and fitting the last layer anew on a few balanced texts
# {cite}`kirichenko2023`, which repairs a layer that answers from the language and cannot repair
# features that no longer say what the label is.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import display, figures, question_figures, question_list, questions
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
results = collect(experiments)
multiemo = questions.about(question_list.question("prior"), results)

# %% [markdown]
# ## Correcting for the training shares

# %% tags=["hide-input"]
questions.summary(question_list.question("prior"), results)

# %% tags=["hide-input"]
questions.verdict_table(
    question_list.question("prior"),
    results,
    caption="<b>Table Q.1-1.</b> Prior correction with the known training shares, even shares in "
    "the test set",
)

# %% [markdown]
# ## Estimating the shares from unlabelled texts

# %% tags=["hide-input"]
questions.summary(question_list.question("estimated_prior"), results)

# %% tags=["hide-input"]
questions.verdict_table(
    question_list.question("estimated_prior"),
    results,
    caption="<b>Table Q.1-2.</b> Prior correction with estimated shares, even shares in the test "
    "set",
)

# %% [markdown]
# ## Fitting the last layer anew

# %% tags=["hide-input"]
questions.summary(question_list.question("head_refit"), results)

# %% tags=["hide-input"]
questions.verdict_table(
    question_list.question("head_refit"),
    results,
    caption="<b>Table Q.1-3.</b> The last layer fitted anew on balanced validation rows",
)

# %% [markdown]
# ## What to do depends on the texts to come
#
# The texts that a model will read may have even shares of labels in every language, or be skewed as
# the training texts were, or the other way round. The same predictions, weighted, tell all three.

# %% tags=["hide-input"]
gains = question_figures.gains(multiemo)
display.figure(
    question_figures.forest(
        gains, unit="accuracy − imbalanced", colour=question_figures.remedy_colour
    ),
    caption="<b>Figure Q.1-1.</b> MultiEmo: accuracy gained on the imbalanced model, with its 95 % "
    "interval over seeds (ticks), under three priors of the test set.",
    alt=figures.alt_text(
        "Accuracy gained on the imbalanced model",
        question_figures.means(gains),
        name=["panel", "line"],
        value="mean",
    ),
)

# %% tags=["hide-input"]
display.table(
    question_figures.classification_scores(multiemo),
    caption="<b>Table Q.1-4.</b> MultiEmo, even shares: other scores, means over seeds",
    formats={"Seeds": "{:.0f}"},
)

# %% [markdown]
# ## Are common class weights a rival?
#
# The usual weights make every label count alike over the whole training set. The skew leaves labels
# even over all languages, so these weights have nothing to do: the paper's model without weights
# is the model with the usual ones.

# %% tags=["hide-input"]
display.table(
    question_figures.marginal_weights(experiments),
    caption="<b>Table Q.1-5.</b> Class weights that do not know languages, in the imbalanced "
    "training subset, by label",
)
