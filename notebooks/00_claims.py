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
# Each sentence of the paper that states a result, in our words: where it stands, what is compared,
# and whether it holds on the paper's own tables and on each data set of this run. Verdicts are
# computed. The rules and the margins were written down before any run; "How to read this book"
# explains them.
#
# [Open in Colab](https://colab.research.google.com/github/language-class-imbalance/companion/blob/main/notebooks/00_claims.ipynb)

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import claim_figures, claim_pages

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
verdicts = claim_pages.verdicts(experiments)

# %% tags=["hide-input"]
claim_pages.tally(
    experiments,
    verdicts,
    caption="<b>Table C-1. How many claims hold.</b> On the paper's tables, and on each data set",
)

# %% [markdown]
# In the plots below, points are our estimates, lines their 95 % intervals, ticks the single seeds,
# and diamonds the paper's numbers. A claim holds where the whole line lies in the shade. Intervals
# are over seeds where there are several; with one seed they are over source rows, or absent.

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
# Sentences that the paper's printed numbers refute, or whose differences are too small to decide
# with one seed a setup.

# %% tags=["hide-input"]
claim_pages.paper_exceptions(
    caption="<b>Table C-10. Cells that do not bear a sentence out.</b> Differences that the "
    "sentence speaks of, from the paper's tables",
)
