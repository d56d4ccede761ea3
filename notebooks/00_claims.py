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
# # The paper's claims, one by one
#
# Each sentence of the paper that states a result, in our words: where it stands, what is compared
# on which ruler, and whether it holds on the paper's own tables, on each data set of this run, and
# on all together. Verdicts are computed. "How to read this book" explains the rules and says what
# was changed after results had been seen.
#
# [Open in Colab](https://colab.research.google.com/github/language-class-imbalance/companion/blob/main/notebooks/00_claims.ipynb)

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import claim_figures, claim_pages
from helpers.report import verdicts as verdicts_of

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
verdicts = verdicts_of.verdicts(experiments)

# %% tags=["hide-input"]
claim_pages.tally(
    experiments,
    verdicts,
    caption="<b>Table C-1. How many claims hold.</b> On the paper's tables, on each data set, and "
    "on all together. Sentences that state the same count once",
)

# %% [markdown]
# In the plots below, points are our means, lines their intervals over seeds, ticks the single
# seeds, and diamonds the paper's numbers. A claim holds where the whole line lies in the shade; one
# seed has no line and no verdict. Data sets by themselves are not corrected for the number of
# tests. All together, the findings of the root page are, by Holm's method, and only they.

# %% [markdown]
# ## Abstract: what the paper says in short

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "abstract",
    caption="<b>Table C-2. Abstract.</b> Each claim, what is compared, and the verdicts",
)

# %% tags=["hide-input"]
claim_figures.shown(
    experiments,
    verdicts,
    "abstract",
    caption="<b>Figure C-1. Abstract, claim by claim.</b> Our numbers and the paper's",
)

# %% [markdown]
# ## Section 4.1: performance

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "4.1",
    caption="<b>Table C-3. Section 4.1.</b> Each claim, what is compared, and the verdicts",
)

# %% tags=["hide-input"]
claim_figures.shown(
    experiments,
    verdicts,
    "4.1",
    caption="<b>Figure C-2. Section 4.1, claim by claim.</b> Our numbers and the paper's",
)

# %% [markdown]
# ## Section 4.2: language identification

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "4.2",
    caption="<b>Table C-4. Section 4.2.</b> Each claim, what is compared, and the verdicts",
)

# %% tags=["hide-input"]
claim_figures.shown(
    experiments,
    verdicts,
    "4.2",
    caption="<b>Figure C-3. Section 4.2, claim by claim.</b> Our numbers and the paper's",
)

# %% [markdown]
# ## Section 4.3: SHAP differences

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "4.3.1",
    "4.3.2",
    "4.3",
    caption="<b>Table C-5. Section 4.3.</b> Each claim, what is compared, and the verdicts",
)

# %% tags=["hide-input"]
claim_figures.shown(
    experiments,
    verdicts,
    "4.3.1",
    "4.3.2",
    "4.3",
    caption="<b>Figure C-4. Section 4.3, claim by claim.</b> Our numbers and the paper's",
)

# %% [markdown]
# ## Section 4.4: class weights

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "4.4",
    caption="<b>Table C-6. Section 4.4.</b> Each claim, what is compared, and the verdicts",
)

# %% tags=["hide-input"]
claim_figures.shown(
    experiments,
    verdicts,
    "4.4",
    caption="<b>Figure C-5. Section 4.4, claim by claim.</b> Our numbers and the paper's",
)

# %% [markdown]
# ## Appendix A.2: XLM-R

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "A.2",
    caption="<b>Table C-7. Appendix A.2.</b> Each claim, what is compared, and the verdicts",
)

# %% tags=["hide-input"]
claim_figures.shown(
    experiments,
    verdicts,
    "A.2",
    caption="<b>Figure C-6. Appendix A.2, claim by claim.</b> Our numbers and the paper's",
)

# %% [markdown]
# ## Appendix A.3: base values

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "A.3",
    caption="<b>Table C-8. Appendix A.3.</b> Each claim, what is compared, and the verdicts",
)

# %% tags=["hide-input"]
claim_figures.shown(
    experiments,
    verdicts,
    "A.3",
    caption="<b>Figure C-7. Appendix A.3, claim by claim.</b> Our numbers and the paper's",
)

# %% [markdown]
# ## Appendix A.4: the threshold

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "A.4",
    caption="<b>Table C-9. Appendix A.4.</b> Each claim, what is compared, and the verdicts",
)

# %% tags=["hide-input"]
claim_figures.shown(
    experiments,
    verdicts,
    "A.4",
    caption="<b>Figure C-8. Appendix A.4, claim by claim.</b> Our numbers and the paper's",
)

# %% [markdown]
# ## Where the paper's tables and its sentences differ
#
# Printed numbers that refute a sentence, or are too small to bear it out: the paper has one run a
# setup, and another seed would move each number. How far, is borrowed from the spread between our
# seeds, on the data set with the same kind of task.

# %% tags=["hide-input"]
claim_pages.paper_exceptions(
    verdicts,
    caption="<b>Table C-10. Cells that do not bear a sentence out.</b> The sentence's quantity in "
    "the paper's tables, and how far another seed may move it",
)
