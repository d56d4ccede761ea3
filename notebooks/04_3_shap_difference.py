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
# # 4.3 Does the model rely on uninformative tokens?
#
# **The paper's claim.** Fine-tuned on the imbalanced subset, a model pays less attention to the
# tokens that mattered to the balanced model. Tokens that did not matter begin to: for a label in
# the languages where it is over-represented, and against it elsewhere.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper
model = "e5_small"  # mbert, xlmr, e5_small, a folder, or owner/name on the hub
dataset = "multiemo"  # multiemo, multiemo_pairs, xnli, amazon_reviews, custom
sources = {}  # data set to local folder, such as {"xnli": "/data/xnli"}
compute = True  # False: only show what has been computed

# %% tags=["hide-input"]
from helpers import notebooks, stages
from helpers.report import (
    display,
    example_plots,
    figures,
    shap_figures,
    shap_frames,
    shap_null,
    tables,
    takeaways,
)

notebooks.check_parameters(globals(), "profile", "model", "dataset", "sources", "compute")
experiments = stages.load(
    profile=profile,
    model=model,
    dataset=dataset,
    sources=sources,
    compute=compute,
    needs=("subsets", "shap_difference", "shap_examples"),
)
here = display.place_name(experiments)
display.missing_note(experiments, "shap_difference.parquet")

# %% [markdown]
# ## How to read the figure
#
# Each token of a test text has a SHAP value: how much it moved the probability of a label. Tokens
# are sorted by their value in the *balanced* model: positive ones speak for the label (above 0.01),
# negative ones against it (below −0.01), neutral ones lie between. A bar is the sum of the changes
# over the tokens of one kind, averaged over texts. Languages are grouped by whether the label is
# over- or under-represented in them.
#
# Behind each bar lies its **null** in grey: the same quantity with a balanced model of another
# seed in the place of the imbalanced one, the same tokens sorted by the same model. Positive tokens
# fall and negative tokens rise even there, since sorting by a noisy number and subtracting it again
# pulls it to the mean. Only a difference from the null is an effect of the imbalance. The verdicts
# subtract the null text by text and seed by seed, so they can tell differences apart where a bar
# and its grey box, each with its own spread, cover the same values. Without a second balanced model
# there is no null, and nothing is told.

# %% tags=["hide-input"]
differences = shap_frames.shap_difference(experiments)
labels = shap_frames.skew_ends(experiments)
imbalanced = differences[(differences["setup"] == "imbalanced") & differences["class"].isin(labels)]
display.figure(
    shap_figures.shap_difference(
        differences, labels, limits=shap_figures.shap_limits(differences, labels)
    ),
    caption=f"<b>Figure 4.3-1 · {here}, as the paper's 1a or 1c.</b> "
    "Mean cumulative difference in SHAP "
    "value, imbalanced minus balanced model, for the two ends of the skew. Lines: 95 % intervals. "
    f"{display.rests_on(imbalanced)}",
    alt=figures.alt_text(
        "Bars of SHAP differences over their null",
        imbalanced,
        name=["class", "represented", "category"],
        value="difference",
    ),
)

# %% tags=["hide-input"]
display.table(
    tables.shap_difference(experiments),
    caption=f"<b>Table 4.3-1 · {here}.</b> "
    "Mean cumulative difference in SHAP value a text with its 95 % "
    "interval, for languages in which the label is under- and over-represented",
)

# %% [markdown]
# ## How much of it is there without any imbalance?
#
# The null has no imbalance in it, so what it shows is made by the sorting alone. The table sets it
# beside the change, for both ends of the skew together. Where its share is near 100 %, the change
# would be there between two equal models; where it is near 0 %, the imbalance makes it.
#
# For seeds whose SHAP values are kept token by token, the *paired difference* stands beside it:
# tokens are sorted by the mean of all other balanced models, and the balanced model of
# the same seed is subtracted. It is 0 on average between equal models and needs no null. [How sure
# are we?](../../../how_sure.ipynb) shows by simulation that this is so.

# %% tags=["hide-input"]
display.table(
    shap_null.table(experiments),
    caption=f"<b>Table 4.3-2 · {here}.</b> "
    "Mean change a text, imbalanced minus balanced model; the same "
    "between two balanced models; and what is left. Seeds: of the change and its null; of the "
    "paired difference",
)

# %% [markdown]
# ## Two texts a language
#
# The book's own texts, the same in every language: one with nothing to judge, one that praises and
# blames. Orange tokens raise the probability of the label; blue ones, dotted below, lower it.
# Beside them stands where the text moves the probability to from the base value, the model's answer
# to a text of masks only. If a model takes a token that judges nothing for a sign of the language,
# that token has a colour in the second row and none in the first.

# %% tags=["hide-input"]
example_plots.example_plots(
    example_plots.example_values(experiments),
    label=next(reversed(labels), None),
    caption=f"<b>Figure 4.3-2 · {here}, example texts.</b> "
    "SHAP values of every token, for each label in each language, models of one seed. Below a "
    "setup: the label's probability with every token masked → for the text. A colour means the "
    "same value everywhere; a token shows its value under the pointer. "
    f"{example_plots.SPACE_MARK} is the tokenizer's mark of a space, where it is a token of its "
    "own.",
)

# %% [markdown]
# ## Takeaway

# %% tags=["hide-input"]
takeaways.section(experiments, "4.3", "4.3.1", "4.3.2")
