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
# # Open questions
#
# What the paper leaves open, and what experiments say. The quantity, the margin and the seeds of
# each question were fixed in the [analysis plan](../plan.md). Answers are about MultiEmo and chosen
# by the verdicts; where a question has several quantities, Holm's correction decides. An answer
# that cannot be told names the number of seeds it may take. Where the plan has one seed, the answer
# counts signs, and decides nothing.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import decision, display, figures, question_figures, question_index
from helpers.report import question_list, question_runs, questions
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
asked = question_runs.experiments(question_list.all_questions().values(), profile)
results = collect([*book.experiments(profile), *asked])

# %% tags=["hide-input"]
question_index.index(
    results,
    profile=profile,
    caption="<b>Table Q-1.</b> The open questions. In brackets the 95 % interval over seeds",
)

# %% [markdown]
# ## What to do about an imbalance
#
# It depends on the texts to come. Where their labels are even in every language, or skewed the
# other way round, what a model has learned from the language is wrong; where they are skewed as the
# training texts were, it is right. [The diagnosis of a data set](diagnose) asks for these shares.

# %% tags=["hide-input"]
multiemo = questions.about(question_list.question("severity"), results)
decisions = decision.decisions(multiemo)
display.figure(
    question_figures.forest(decisions, unit="accuracy − neither", colour=decision.colour),
    caption="<b>Figure Q-1.</b> MultiEmo: accuracy gained by class weights and by prior correction "
    "on the imbalanced model of each severity, under three priors of the test set, with 95 % "
    "intervals over seeds (ticks). Left of 0, neither is best. "
    f"{display.rests_on(question_figures.means(decisions))}",
    alt=figures.alt_text(
        "Accuracy gained on the imbalanced model",
        question_figures.means(decisions),
        name=["panel", "line"],
        value="mean",
    ),
)
