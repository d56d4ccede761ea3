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
# # 2.1 Two subsets of the same texts
#
# **The paper's setting.** Two training sets of equal size are drawn from the same texts. In the
# *balanced* one every label is equally frequent in every language. In the *imbalanced* one the
# shares are skewed, in opposite directions for two groups of languages, so that every language and
# every label is still equally frequent overall. The two share as many rows as possible, to compare
# the skew and not the texts. Test sets are balanced.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper
model = "e5_small"  # mbert, xlmr, e5_small, a folder, or owner/name on the hub
dataset = "multiemo"  # multiemo, multiemo_pairs, xnli, amazon_reviews, custom
sources = {}  # data set to local folder, such as {"xnli": "/data/xnli"}
compute = True  # False: only show what has been computed

# %% tags=["hide-input"]
from helpers import notebooks, stages
from helpers.report import display, figures, frames, tables

notebooks.check_parameters(globals(), "profile", "model", "dataset", "sources", "compute")
experiments = stages.load(
    profile=profile,
    model=model,
    dataset=dataset,
    sources=sources,
    compute=compute,
    needs=("subsets",),
)
here = display.place_name(experiments)
display.missing_note(experiments, "subsets.json")

# %% [markdown]
# ## The skew
#
# Table 1 of the paper gives the label shares of the imbalanced subset.

# %% tags=["hide-input"]
display.table(
    tables.paper_training_shares(experiments),
    caption=f"<b>Table 2.1-1 · {here}, the paper's Table 1.</b> "
    "Label shares of the imbalanced training "
    "subset",
)

# %% tags=["hide-input"]
display.table(
    tables.training_shares(experiments),
    caption=f"<b>Table 2.1-2 · {here}.</b> "
    "Rows of the imbalanced training subset here, and shares by "
    "language",
)

# %% tags=["hide-input"]
counts = frames.joint_counts(experiments)
display.figure(
    figures.joint_counts(counts),
    caption=f"<b>Figure 2.1-1 · {here}.</b> "
    "Rows of the training subsets by language and label. Row sums are "
    "equal, and so are column sums.",
    alt=figures.alt_text(
        "Two heat maps of row counts, balanced and imbalanced",
        counts,
        name=["subset", "language", "label"],
        value="rows",
    ),
)

# %% [markdown]
# ## Sizes and overlap
#
# A source row is a text before translation, or the premise that several pairs share. Where texts
# are translations of one another, a source row is used in one language of a subset only, wherever
# there are enough of them.

# %% tags=["hide-input"]
display.table(
    tables.split_sizes(experiments),
    caption=f"<b>Table 2.1-3 · {here}, beside the paper's Table 5.</b> "
    "Rows of each split, the share of "
    "rows that both subsets have, and distinct source rows",
)
