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
# # Q.11 Does natural imbalance, uneven in languages and labels too, do the same?
#
# The paper's skew leaves every language and every label equally frequent. Natural data do not. Here
# four tables of shares are drawn at random, all cells at once, so that languages and labels are
# uneven, too; each of them is also raked to even languages and even labels, which leaves only how
# the two go together. Every table has one model without and one with class weights, of seed 0.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import described, display, figures, natural, question_list
from helpers.report import question_runs, questions, severity
from helpers.report.question_list import natural as asked_of
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
question = question_list.question("natural")
curve_of = question_list.question("severity")
asked = question_runs.experiments([question, curve_of], profile)
results = collect([*book.experiments(profile), *asked])
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
question_runs.missing_note(question, profile)

# %% tags=["hide-input"]
tables = natural.tables(multiemo, asked_of.PLAIN)
display.figure(
    natural.figure(tables, severity.curve(multiemo), severity.curve(multiemo, seeds=[0])),
    caption="<b>Figure Q.11-1.</b> MultiEmo: accuracy that imbalance costs on even shares, by how "
    "much the language says of the label in training. Grey: the severities of the paper's skew, "
    "means with 95 % intervals over seeds; dotted: of seed 0 alone, which the tables are compared "
    "with. Marks with a number: the drawn tables, and the same "
    "raked; one seed, so no interval.",
    alt=figures.alt_text("Accuracy lost", tables, name=["table"], value="harm"),
)

# %% [markdown]
# ## How it was computed
#
# Differences between models of seed 0. The severity curve is that of the same seed, straight
# between its points over Cramér's V; a table beyond its end is compared with nothing. One seed
# shows on which side of 0 a difference lies, and which table costs more, and decides nothing.

# %% tags=["hide-input"]
display.table(
    described.differences(described.frame(asked_of.STATEMENTS, multiemo)),
    caption="<b>Table Q.11-1.</b> MultiEmo: what each table of shares changes; accuracy on even "
    "shares. Slope: of predicted shares on the shares that the model was trained with. "
    "Identification: of the language, mean of test and external texts, minus the balanced model's",
)

# %% tags=["hide-input"]
display.table(
    natural.table(tables),
    caption="<b>Table Q.11-2.</b> MultiEmo: the tables, from the weakest to the strongest: how "
    "language and label go together, and rows in training",
)
