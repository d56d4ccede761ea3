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
# # Q.4 Does another attribution method find the same?
#
# The paper's Limitations name one attribution method as a weakness. Integrated Gradients
# {cite}`sundararajan2017` share out the same difference, from the fully masked text to the
# text itself, but follow the model's slope instead of leaving tokens out. The same texts, classes
# and sums are used for both. Tokens are sorted by the balanced models of other seeds.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import display, figures, question_figures, question_list, questions
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
results = collect(experiments)
question = question_list.question("attribution")
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
attributions = question_figures.attributions(multiemo)
display.figure(
    question_figures.forest(attributions, unit="imbalanced − balanced"),
    caption="<b>Figure Q.4-1.</b> MultiEmo: paired differences of positive, neutral and negative "
    f"tokens by {' and '.join(attributions['panel'].unique()) or 'both methods'}, with their 95 % "
    "intervals over seeds (ticks). A method stands here once it has three seeds.",
    alt=figures.alt_text(
        "Paired differences by method",
        question_figures.means(attributions),
        name=["panel", "line"],
        value="mean",
    ),
)

# %% tags=["hide-input"]
display.table(
    question_figures.attribution_agreement(multiemo),
    caption="<b>Table Q.4-1.</b> MultiEmo: Spearman's rank correlation of the two methods over a "
    "text's tokens, mean over texts and classes, with its 95 % interval over seeds",
    formats={"Seeds": "{:.0f}"},
)
