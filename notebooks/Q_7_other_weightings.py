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
# # Q.7 Other weightings
#
# The paper weighs each cell of language and label by eq. 2. Others weigh less steeply, move the
# scores inside the loss by the logarithm of each language's shares {cite}`menon2021`, draw rare
# cells more often, or follow the loss of each cell as training goes on {cite}`sagawa2020`. Of every
# rival that step is kept whose validation loss, weighted by eq. 2, is lowest; weights have a mean
# of 1, and other constants are their authors'.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import described, display, figures, labels, question_figures, question_list
from helpers.report import question_runs, questions, rivals
from helpers.report.results import collect

notebooks.check_parameters(globals(), "profile")
question = question_list.question("weightings")
rivals_run = question.runs[0].setups
asked = question_runs.experiments([question], profile)
results = collect([*book.experiments(profile), *asked])
multiemo = questions.about(question, results)

# %% tags=["hide-input"]
questions.summary(question, results)

# %% tags=["hide-input"]
question_runs.missing_note(question, profile)

# %% tags=["hide-input"]
gains = rivals.gains(multiemo, [*rivals_run, "imbalanced"])
display.figure(
    question_figures.forest(
        gains, unit="accuracy − class weights", colour=question_figures.remedy_colour
    ),
    caption="<b>Figure Q.7-1.</b> MultiEmo: accuracy gained on the weights of eq. 2, under three "
    "priors of the test set. A dot is the mean with its 95 % interval over seeds, a tick a seed. "
    f"{described.seeds_in_words(gains)}",
    alt=figures.alt_text(
        "Accuracy gained on the weights of eq. 2",
        question_figures.means(gains),
        name=["panel", "line"],
        value="mean",
    ),
)

# %% [markdown]
# ## How it was computed
#
# The difference of each rival and eq. 2 in the seeds that have both; Holm's correction over rivals
# and priors.

# %% tags=["hide-input"]
display.table(
    rivals.verdicts(question, multiemo),
    caption="<b>Table Q.7-1.</b> MultiEmo: accuracy, rival − weights of eq. 2, under three priors "
    "of the test set. ✓: the rival does better, ✗: worse",
    markup=True,
)

# %% [markdown]
# A cell is rare where its language has less than an even share of its label in training. More
# accuracy there, a smaller calibration error and a smaller slope are better; identification says
# how easily languages are told apart.

# %% tags=["hide-input"]
display.table(
    rivals.other_measures(multiemo, [*rivals_run, "imbalanced"]),
    caption="<b>Table Q.7-2.</b> MultiEmo: other differences to the weights of eq. 2, even shares, "
    "with 95 % intervals over seeds",
)

# %% [markdown]
# Gradients are clipped at one norm for all, so a loss with steeper weights may be held back more.
# The norm is recorded at each validation.

# %% tags=["hide-input"]
display.table(
    rivals.training(
        multiemo,
        ["imbalanced", "imbalanced_cw", *rivals_run],
        largest_norm=book.experiments(profile)[0].recipe.max_grad_norm,
    ),
    caption="<b>Table Q.7-3.</b> MultiEmo: share of recorded steps whose gradient was clipped, and "
    "the step that is kept, means over seeds",
    formats={"Clipped steps": "{:.2f}", "Step kept, of all": "{:.2f}", "Seeds": "{:.0f}"},
)

# %% [markdown]
# ## Does the gain fade as training goes on?
#
# Under weights or resampling, rare groups may be learned early and lost again with more steps
# {cite}`labonte2024`. Fine-tuning records the accuracy of rare cells at each validation. Models
# that were trained before it did are left out. No rule of the plan is about this: a description.

# %% tags=["hide-input"]
compared = ["imbalanced", "imbalanced_cw", *rivals_run]
trained = rivals.over_training(multiemo, compared)
display.figure(
    rivals.figure(trained),
    caption="<b>Figure Q.7-2.</b> MultiEmo: accuracy of the validation rows in rare cells, each "
    "cell counting alike, as training goes on; means over seeds. Not recorded: "
    f"{rivals.left_out(trained, compared)}. "
    f"{described.seeds_in_words(labels.labelled(trained).rename(columns={'setup': 'line'}))}",
    alt=figures.alt_text(
        "Accuracy of rare cells against the share of the training steps; at the last step",
        trained[trained["share"] == 1].groupby("setup", sort=False, as_index=False).mean(),
        name=["setup"],
        value="accuracy",
    ),
)

# %% tags=["hide-input"]
display.table(
    rivals.by_quarter(trained),
    caption="<b>Table Q.7-4.</b> MultiEmo: accuracy of rare cells in each quarter of training, and "
    "its change from the third to the last, with its 95 % interval over seeds where there are "
    "several; a fall is a gain that fades",
)
