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
# # 4.1 Does the imbalance worsen performance?
#
# **The paper's claim.** Models fine-tuned on the imbalanced subset classify fewer test texts
# correctly. Their predictions follow the skew they were trained on, although the test set is
# balanced: they answer partly from the language.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper
model = "e5_small"  # mbert, xlmr, e5_small, a folder, or owner/name on the hub
dataset = "multiemo"  # multiemo, multiemo_pairs, xnli, amazon_reviews, custom
sources = {}  # data set to local folder, such as {"xnli": "/data/xnli"}
compute = True  # False: only show what has been computed

# %% tags=["hide-input"]
from helpers import notebooks, stages
from helpers.report import display, figures, frames, priors, tables, takeaways

notebooks.check_parameters(globals(), "profile", "model", "dataset", "sources", "compute")
experiments = stages.load(
    profile=profile,
    model=model,
    dataset=dataset,
    sources=sources,
    compute=compute,
    needs=("subsets", "predictions"),
)
here = display.place_name(experiments)
display.missing_note(experiments, "metrics.json")

# %% [markdown]
# ## Accuracy

# %% tags=["hide-input"]
display.table(
    tables.accuracy(experiments),
    caption=f"<b>Table 4.1-1 · {here}, beside the paper's Tables 3 and 6.</b> "
    "Test accuracy. Levels differ "
    "between data sets and encoders; compare the differences between rows",
)

# %% tags=["hide-input"]
accuracy = frames.accuracy(experiments)
display.figure(
    figures.accuracy(accuracy, frames.accuracy_by_seed(experiments)),
    caption=f"<b>Figure 4.1-1 · {here}.</b> "
    "Test accuracy with its 95 % interval: over seeds where there are "
    "several (each is a tick), else over source rows.",
    alt=figures.alt_text("Test accuracy by setup", accuracy, name=["setup"], value="accuracy"),
)

# %% tags=["hide-input"]
display.table(
    tables.accuracy_by_language(experiments),
    caption=f"<b>Table 4.1-2 · {here}.</b> Test accuracy by language, mean over seeds",
)

# %% [markdown]
# ## Do predictions follow the skew?
#
# The test set has every label equally often in every language. A model that ignores the language
# predicts the same shares for both groups; one that has learned the skew repeats it.

# %% tags=["hide-input"]
display.table(
    tables.paper_predicted_shares(experiments),
    caption=f"<b>Table 4.1-3 · {here}, the paper's Table 2.</b> "
    "What the imbalanced model (mBERT) predicts "
    "on the test set",
)

# %% tags=["hide-input"]
display.table(
    tables.predicted_shares(experiments),
    caption=f"<b>Table 4.1-4 · {here}.</b> "
    "What each model here predicts, beside the training shares",
)

# %% tags=["hide-input"]
shares = frames.predicted_share(experiments)
display.figure(
    figures.predicted_share(shares),
    caption=f"<b>Figure 4.1-2 · {here}.</b> "
    "Predicted shares on the balanced test set, for the two groups of "
    "languages. Bars: the shares that the imbalanced model was trained on.",
    alt=figures.alt_text(
        "Predicted shares", shares, name=["setup", "languages", "label"], value="share"
    ),
)

# %% [markdown]
# ## On which test texts?
#
# A balanced test set gives no credit for knowing which label is frequent in a language. Texts that
# are skewed as the training texts were do; texts with the reversed skew punish it. The same
# predictions give all three: each test row is weighted by how frequent its language and label would
# be. This assumes that the texts of a label stay the same and only its share changes. The paper
# reports even shares.

# %% tags=["hide-input"]
by_prior = priors.accuracy_by_seed(experiments)
by_prior = by_prior[by_prior["setup"].isin(["balanced", "imbalanced"])]
display.figure(
    priors.figure(by_prior),
    caption=f"<b>Figure 4.1-3 · {here}.</b> "
    "Test accuracy where labels are as frequent as in the balanced "
    "test set, as in the imbalanced training subset, and the other way round. Lines: seeds; "
    "large marks: their means.",
    alt=figures.alt_text(
        "Test accuracy under three label distributions",
        by_prior,
        name=["prior", "setup", "seed"],
        value="accuracy",
    ),
)

# %% tags=["hide-input"]
display.table(
    priors.table(experiments, setups=["balanced", "imbalanced"]),
    caption=f"<b>Table 4.1-5 · {here}.</b> "
    "Test accuracy under three label distributions: mean over seeds, "
    "and the paired difference with its 95 % interval over seeds",
)

# %% [markdown]
# ## Takeaway

# %% tags=["hide-input"]
takeaways.section(experiments, "4.1")
