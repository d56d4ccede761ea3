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
# # How sure are we?
#
# What the book's intervals cover and what they do not, how many seeds it would take to tell more,
# and what was changed after results had been seen. The rules stand in the
# [analysis plan](../plan.md).

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.analysis.coverage import coverage_over_seeds
from helpers.report import changes, display, figures, how_sure, results, shap_null

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
published = results.published()

# %% [markdown]
# ## What an interval over seeds covers
#
# A verdict rests on a Student's *t* interval over seeds. A bootstrap that resamples the seeds and
# takes percentiles is as common, and too narrow where there are few: three seeds can be resampled
# in ten ways only, none of them wider than what was seen. Both are tried here on seeds that are
# drawn from a normal distribution, whose mean is known.

# %% tags=["hide-input"]
covered = coverage_over_seeds([3, 4, 5, 6, 8, 12, 20])
display.figure(
    how_sure.coverage(covered),
    caption="<b>Figure S-1. Coverage by number of seeds.</b> How many of the simulated 95 % "
    "intervals hold the true mean, of 8,000 for each number of seeds. Dotted: 95 %.",
    alt=figures.alt_text(
        "Coverage of two intervals by number of seeds",
        covered.rename_axis("seeds").reset_index().melt("seeds", var_name="interval"),
        name=["interval", "seeds"],
        value="value",
    ),
)

# %% [markdown]
# ## These test rows, or others too?
#
# All seeds are tested on the same rows. An interval over seeds is therefore about other seeds on
# **these** rows. To speak of other rows of the same kind as well, seeds are crossed with source
# rows (a text and its translations are drawn together): a two-way analysis of variance, with
# Satterthwaite's degrees of freedom. With few seeds this second interval is a little too narrow, as
# its own coverage shows, and so it can even be narrower than the first. The verdicts use the first.

# %% tags=["hide-input"]
display.table(
    how_sure.rows_table(experiments),
    caption="<b>Table S-1. Differences of accuracy.</b> With an interval over seeds, for these "
    "test rows, and one over seeds and rows. SD: of a seed, and of the mean over rows, beyond what "
    "both leave unexplained. The last two columns: how often each would hold the mean over other "
    "seeds and other rows, simulated from these variances",
)

# %% [markdown]
# Source rows are what is counted, since translations of a text are not independent. A training
# subset uses a source row in one language wherever there are enough of them; pairs that share a
# premise can put that premise into both languages, and into more of them in one subset than in the
# other.

# %% tags=["hide-input"]
display.table(
    how_sure.source_rows(experiments),
    caption="<b>Table S-2. Source rows of the training subsets.</b> A source row is a text "
    "before translation, or the premise of several pairs",
)

# %% [markdown]
# ## How many seeds it would take
#
# "Cannot be told" may mean that there is nothing, or that there are too few seeds to see it. The
# table takes the smallest effect that would matter, as the plan states it, and counts the seeds
# that would show it with a power of 80 %. A standard deviation from few seeds is itself unsure, so
# its upper 80 % bound is taken: the numbers are cautious, and tend to fall as seeds are added.
# [The paper's claims](claims.ipynb) has the number beside each claim that cannot be told.

# %% tags=["hide-input"]
display.table(
    how_sure.power(experiments),
    caption="<b>Table S-3. Seeds for a power of 80 %.</b> SD at most: upper 80 % bound of the "
    "standard deviation between seeds. Seeds: how many show the smallest effect at the 5 % level",
    markup=True,
)

# %% [markdown]
# ## SHAP differences between equal models
#
# The paper sorts tokens by the balanced model and then subtracts that model's values. What was high
# by chance is lower in any second model, whichever it is: positive tokens fall and negative ones
# rise between models that do not differ. The first table shows how much of the change in this book
# is of this kind.

# %% tags=["hide-input"]
display.table(
    shap_null.table(experiments),
    caption="<b>Table S-4. The change and its null.</b> Mean change a text, imbalanced minus "
    "balanced model, both ends of the skew; the same between two balanced models; and what is "
    "left, with its interval over seeds. Seeds: of the change and its null; of the paired "
    "difference",
)

# %% [markdown]
# Two ways lead out. The null can be subtracted. Or tokens are sorted by the mean of all *other*
# balanced models, and the balanced model of the same seed is subtracted: the **paired** difference.
# Both are tried here on made-up models that are equal but for noise. A token's mean and its spread
# between models are drawn from those of the book's own example texts, and each model is more or
# less sure of everything, as much as the real ones are.

# %% tags=["hide-input"]
display.table(
    how_sure.equal_models_table(experiments),
    caption="<b>Table S-5. Equal models, simulated.</b> Mean sum a text, and how many 95 % "
    "intervals over seeds hold the true difference, 0; 200 studies, each with as many seeds as "
    "are to keep their SHAP values token by token",
)

# %% [markdown]
# ## What was changed after results had been seen
#
# [How to read this book](../how_to_read.md) lists all of it. The tables show what three of the
# changes moved, on seeds 0 to 2 of profile `embedded`; later seeds are run under fixed rules, and
# confirm or refute what these found. A pilot with the same encoder came before the claims were
# written down.
#
# **The null's reference.** At first the null of a seed subtracted the balanced model of another
# seed, and sorted by it, while the change subtracted the balanced model of the seed itself. Each
# balanced model then counted in several values, which were not independent. Now both subtract and
# sort by the same model.

# %% tags=["hide-input"]
display.table(
    changes.null_reference(published),
    caption="<b>Table S-6. The null's reference.</b> Change minus null, before and now, same "
    "models; 95 % intervals over seeds 0 to 2",
    markup=True,
)

# %% [markdown]
# **The recipe of MultiEmo pairs.** It got a lower learning rate and a longer warm-up, chosen by the
# validation loss of balanced models, and all its models were trained again. An accuracy of a third
# is that of a model that has not learned.

# %% tags=["hide-input"]
display.table(
    changes.recipe(published),
    caption="<b>Table S-7. The recipe.</b> Test accuracy under the first recipe and under today's",
)

# %% [markdown]
# **The rulers.** Language identification was judged by accuracy at *C* = 1, which has a ceiling;
# "minimal" of section 4.4 was judged on both sides together, where a rise on one hides a fall on
# the other. The rulers of today were found on these seeds, so these seeds cannot confirm them.

# %% tags=["hide-input"]
display.table(
    changes.rulers(published),
    caption="<b>Table S-8. The rulers.</b> Mean, 95 % interval over seeds 0 to 2, and the verdict "
    "it gives, before and now",
    markup=True,
)
