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
# # Q.6 How much imbalance does how much harm?
#
# The paper has one imbalance. Here the same skew is made weaker and stronger: a severity of 0 is
# the balanced subset, 1 the skew of Table 1, and others lie in proportion between them and beyond.
# Size, marginals and test rows stay as they are.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import (
    display,
    figures,
    question_figures,
    question_list,
    question_runs,
    questions,
    severity,
)
from helpers.report.question_list.severity import OVER_V
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
question = question_list.question("severity")
asked = question_runs.experiments([question], profile)
results = collect([*book.experiments(profile), *asked])
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
question_runs.missing_note(question, profile)

# %% tags=["hide-input"]
changes, curve = severity.by_severity(multiemo), severity.curve(multiemo)
display.figure(
    severity.figure(changes, curve),
    caption="<b>Figure Q.6-1.</b> MultiEmo: what each severity changes on the balanced model of "
    "its seed. A grey line is a seed, a mark the mean with its 95 % interval. Accuracy: even "
    "shares of labels in the test set, those of the training subset, and these reversed. "
    f"Slope: of predicted shares on the shares of severity 1. {severity.seeds_in_words(curve)}",
    alt=figures.alt_text(
        "What each severity changes on the balanced model",
        question_figures.means(changes, line="severity"),
        name=["panel", "severity"],
        value="mean",
    ),
)

# %% tags=["hide-input"]
display.table(
    severity.curve_table(curve),
    caption="<b>Table Q.6-1.</b> MultiEmo: severity in other units, and the accuracy lost on even "
    "shares, with its 95 % interval over seeds",
)

# %% [markdown]
# ## How it was computed
#
# Per seed, a straight line and a parabola are fitted to accuracy on even shares over the severities
# that are there. The slope of the line says whether harm grows, the factor of the square whether it
# grows faster than in proportion. A seed counts once it has every severity that other seeds have.
# Severities 0 and 1 are the models of the other pages.

# %% tags=["hide-input"]
question_runs.processors_note(question, profile, ["balanced", "imbalanced"])

# %% tags=["hide-input"]
questions.verdict_table(
    question,
    [multiemo],
    caption="<b>Table Q.6-2.</b> Slope and bend over severity; Holm's correction over both",
)

# %% [markdown]
# Whether a curve bends depends on its axis. Cramér's V grows in proportion to severity, so the
# answer stays on that axis. Mutual information grows about with its square: what is straight over
# the one levels off over the other.

# %% tags=["hide-input"]
questions.verdict_table(
    OVER_V,
    [multiemo],
    caption="<b>Table Q.6-3.</b> The same over Cramér's V of language and label in training",
)
