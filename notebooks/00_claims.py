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

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from myst_nb import glue

from helpers import book, notebooks
from helpers.report import claim_pages, front_page, takeaways
from helpers.report import verdicts as verdicts_of

notebooks.check_parameters(globals(), "profile")
experiments = book.experiments(profile)
verdicts = verdicts_of.verdicts(experiments)

# %% [markdown] tags=["remove-cell"]
# ## The book's first page
#
# These stand there: a few sentences, Figure C-1, Tables C-1 and C-2, and what they rest on.

# %% tags=["remove-cell"]
glue("in_short", front_page.in_short(experiments, verdicts, book.originals()), display=False)
glue("first_figure", front_page.figure(experiments, number="Figure C-1"), display=False)
glue("headline", takeaways.headline(experiments, verdicts, number="Table C-1"), display=False)
glue("priors", takeaways.priors(experiments, number="Table C-2"), display=False)
glue("evidence", takeaways.evidence(experiments, verdicts), display=False)

# %% tags=["hide-input"]
claim_pages.tally(
    experiments,
    verdicts,
    caption="<b>Table C-3. How many claims hold.</b> On the paper's tables, on each data set, and "
    "on all together. Sentences that state the same count once",
)

# %% [markdown]
# Each list below opens at a click; a word in the field above them shows the claims that have it,
# such as "does not hold". Data sets by themselves are not corrected for the number of tests. All
# together, the findings of the first page are, by Holm's method, and only they. A plot of each
# claim stands on the page of its section.

# %% [markdown]
# ## Abstract: what the paper says in short

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "abstract",
    caption="<b>Table C-4. Abstract.</b> Each claim, what is compared, and the verdicts",
)

# %% [markdown]
# ## Section 4.1: performance

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "4.1",
    caption="<b>Table C-5. Section 4.1.</b> Each claim, what is compared, and the verdicts",
)

# %% [markdown]
# ## Section 4.2: language identification

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "4.2",
    caption="<b>Table C-6. Section 4.2.</b> Each claim, what is compared, and the verdicts",
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
    caption="<b>Table C-7. Section 4.3.</b> Each claim, what is compared, and the verdicts",
)

# %% [markdown]
# ## Section 4.4: class weights

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "4.4",
    caption="<b>Table C-8. Section 4.4.</b> Each claim, what is compared, and the verdicts",
)

# %% [markdown]
# ## Appendix A.2: XLM-R

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "A.2",
    caption="<b>Table C-9. Appendix A.2.</b> Each claim, what is compared, and the verdicts",
)

# %% [markdown]
# ## Appendix A.3: base values

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "A.3",
    caption="<b>Table C-10. Appendix A.3.</b> Each claim, what is compared, and the verdicts",
)

# %% [markdown]
# ## Appendix A.4: the threshold

# %% tags=["hide-input"]
claim_pages.section_table(
    experiments,
    verdicts,
    "A.4",
    caption="<b>Table C-11. Appendix A.4.</b> Each claim, what is compared, and the verdicts",
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
    caption="<b>Table C-12. Cells that do not bear a sentence out.</b> The sentence's quantity in "
    "the paper's tables, and how far another seed may move it",
)
