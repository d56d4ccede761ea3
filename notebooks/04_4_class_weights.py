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
# # 4.4 Do per-language class weights help?
#
# **The paper's claim.** Weighting each row by how rare its label is *in its language* (eq. 2)
# recovers part of the accuracy, brings language identification close to the balanced model's, and
# keeps uninformative tokens uninformative.

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
    figures,
    frames,
    priors,
    shap_figures,
    shap_frames,
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
    needs=stages.RESULT_STAGES,
)
here = display.place_name(experiments)
display.missing_note(experiments, "metrics.json")

# %% [markdown]
# ## Accuracy and language identification

# %% tags=["hide-input"]
display.table(
    tables.accuracy(experiments),
    caption=f"<b>Table 4.4-1 · {here}, beside the paper's Tables 3 and 6.</b> Test accuracy",
)

# %% tags=["hide-input"]
scores = frames.identification(experiments)
shown = scores[scores["probe"] == "C=1e-4"]
display.figure(
    figures.identification(scores, probe="C=1e-4"),
    caption=f"<b>Figure 4.4-1 · {here}.</b> "
    "Language identification from the first-token vector, <i>C</i> = "
    "1e-4, the paper's.",
    alt=figures.alt_text(
        "Accuracy of language identification", shown, name=["source", "setup"], value="accuracy"
    ),
)

# %% [markdown]
# ## SHAP differences with class weights
#
# The same figure as in section 4.3, on the same scale, for the model trained with class weights.

# %% tags=["hide-input"]
differences = shap_frames.shap_difference(experiments)
labels = shap_frames.skew_ends(experiments)
weighted = differences[
    (differences["setup"] == "imbalanced_cw") & differences["class"].isin(labels)
]
display.figure(
    shap_figures.shap_difference(
        differences,
        labels,
        setup="imbalanced_cw",
        limits=shap_figures.shap_limits(differences, labels),
    ),
    caption=f"<b>Figure 4.4-2 · {here}, as the paper's 1b or 1d.</b> "
    "Mean cumulative difference in SHAP "
    "value, model with class weights minus balanced model. Grey, where there is one: the null. "
    f"Lines: 95 % intervals. {display.rests_on(weighted)}",
    alt=figures.alt_text(
        "Bars of SHAP differences over their null",
        weighted,
        name=["class", "represented", "category"],
        value="difference",
    ),
)

# %% [markdown]
# ## On which test texts do weights pay?
#
# Class weights take away what the imbalanced model gains by answering from the language. Whether
# that is a gain depends on how labels are distributed where the model is used. As in section 4.1,
# the same predictions are weighted to even shares, to those of the training texts, and to the
# reversed skew.

# %% tags=["hide-input"]
by_prior = priors.accuracy_by_seed(experiments)
display.figure(
    priors.figure(by_prior),
    caption=f"<b>Figure 4.4-3 · {here}.</b> "
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
    priors.table(experiments),
    caption=f"<b>Table 4.4-2 · {here}.</b> "
    "Test accuracy under three label distributions: mean over seeds, "
    "and paired differences with their 95 % intervals over seeds",
)

# %% [markdown]
# ## Takeaway

# %% tags=["hide-input"]
takeaways.section(experiments, "4.4")
