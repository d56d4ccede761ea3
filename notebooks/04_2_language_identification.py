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
# # 4.2 Are languages easier to tell apart?
#
# **The paper's claim.** After fine-tuning on the imbalanced subset, a logistic regression names
# the language of a text more accurately from the model's first-token vector. The languages lie
# further apart inside the model.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper
model = "e5_small"  # mbert, xlmr, e5_small, a folder, or owner/name on the hub
dataset = "multiemo"  # multiemo, multiemo_pairs, xnli, amazon_reviews, custom
sources = {}  # data set to local folder, such as {"xnli": "/data/xnli"}
compute = True  # False: only show what has been computed

# %% tags=["hide-input"]
from helpers import notebooks, stages
from helpers.report import display, figures, frames, tables, takeaways

notebooks.check_parameters(globals(), "profile", "model", "dataset", "sources", "compute")
experiments = stages.load(
    profile=profile,
    model=model,
    dataset=dataset,
    sources=sources,
    compute=compute,
    needs=("language_identification",),
)
here = display.place_name(experiments)
display.missing_note(experiments, "language_identification.json")

# %% [markdown]
# ## How to read the numbers
#
# The classifier is tested on texts that it was not trained on, five times; translations of one
# text stay together. Two other numbers belong beside each score: *chance*, and the score of the
# encoder *before fine-tuning*, which may be close to 1. Fine-tuning then erases language, and the
# question is how much of it is left.
#
# The level depends on $C$, the inverse strength of the regularisation. The paper names
# scikit-learn's default, $C = 1$; the authors' code uses $C = 10^{-4}$, and the paper's numbers
# belong to that. "Scaled" is $C = 10^{-4}$ times the ratio of the paper's number of texts to ours.

# %% tags=["hide-input"]
display.table(
    tables.identification(experiments),
    caption=f"<b>Table 4.2-1 · {here}, beside the paper's Tables 4 and 7.</b> Accuracy of language "
    "identification",
)

# %% tags=["hide-input"]
scores = frames.identification(experiments)
shown = scores[scores["probe"] == "C=1e-4"]
display.figure(
    figures.identification(scores, probe="C=1e-4"),
    caption=f"<b>Figure 4.2-1 · {here}.</b> "
    "Language identification from the first-token vector, <i>C</i> = "
    "1e-4, the paper's. Lines: 95 % interval over seeds, where there are several.",
    alt=figures.alt_text(
        "Accuracy of language identification", shown, name=["source", "setup"], value="accuracy"
    ),
)

# %% [markdown]
# ## Takeaway

# %% tags=["hide-input"]
takeaways.section(experiments, "4.2")
