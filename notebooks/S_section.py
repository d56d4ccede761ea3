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
# # A section of the paper, on every data set
#
# What the results of all data sets together say of one section of the paper.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper
section = "4.1"  # of the paper: 2.1, 3, 4.1, 4.2, 4.3, 4.4, A.3, A.4

# %% tags=["hide-input"]
from helpers import book, notebooks
from helpers.report import sections

notebooks.check_parameters(globals(), "profile", "section")
page = sections.section(section)
experiments = book.experiments(profile)
verdicts = sections.verdicts(page, experiments)

# %% [markdown]
# ## In short

# %% tags=["hide-input"]
sections.in_short(page, experiments, verdicts)

# %% [markdown]
# ## What is judged

# %% tags=["hide-input"]
sections.judged(
    page,
    experiments,
    verdicts,
    caption=f"<b>Figure {section}-A.</b> The differences that decide: those between two setups "
    "that share a seed, not their levels. Points are means, ticks the single seeds, lines the 95 % "
    "intervals over seeds, diamonds the paper's numbers. A claim holds where the whole line lies "
    "in the shade.",
)

# %% [markdown]
# ## All data sets side by side

# %% tags=["hide-input"]
sections.side_by_side(page, experiments)

# %% tags=["hide-input"]
sections.further(
    page,
    experiments,
    verdicts,
    caption=f"<b>Figure {section}-C.</b> The other claims of this section",
)
