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
# # A.3 What does masked input entropy do to base values?
#
# **The paper's claim.** SHAP values add up from a *base value*: the probability of a label for an
# input of mask tokens. It differs between models, which biases every comparison. A term of the loss
# makes the model's output for such inputs uniform (eq. 3),
#
# $$l = \sum_{c} p_c \log p_c,$$
#
# where $p_c$ is the probability of class $c$ for an input of mask tokens of random length. Base
# values then agree, and accuracy does not suffer.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper
model = "e5_small"  # mbert, xlmr, e5_small, a folder, or owner/name on the hub
dataset = "multiemo"  # multiemo, multiemo_pairs, xnli, amazon_reviews, custom
sources = {}  # data set to local folder, such as {"xnli": "/data/xnli"}
compute = True  # False: only show what has been computed

# %% tags=["hide-input"]
from helpers import notebooks, stages
from helpers.report import display, figures, shap_figures, shap_frames, tables, takeaways

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
display.missing_note(experiments, "shap_difference.parquet", variant="mie=1")

# %% [markdown]
# ## Base values

# %% tags=["hide-input"]
gaps = shap_frames.base_values(experiments)
display.figure(
    shap_figures.base_values(gaps),
    caption=f"<b>Figure A.3-1 · {here}.</b> Mean size of the difference in base value between the "
    "imbalanced and the balanced model, by label; same seeds. "
    f"{display.rests_on(gaps)}",
    alt=figures.alt_text(
        "Size of the base value difference",
        gaps,
        name=["loss", "setup", "class"],
        value="difference",
    ),
)

# %% tags=["hide-input"]
display.table(
    tables.accuracy_by_loss(experiments),
    caption=f"<b>Table A.3-1 · {here}.</b> "
    "Test accuracy with and without masked input entropy, same seeds",
)

# %% [markdown]
# ## Figure 3: SHAP differences with masked input entropy
#
# The figure of section 4.3, for models that were trained with this term.

# %% tags=["hide-input"]
differences = shap_frames.shap_difference(experiments, variant="mie=1")
labels = shap_frames.skew_ends(experiments)
imbalanced = differences[(differences["setup"] == "imbalanced") & differences["class"].isin(labels)]
display.figure(
    shap_figures.shap_difference(differences, labels),
    caption=f"<b>Figure A.3-2 · {here}, as the paper's 2 or 3.</b> "
    "Mean cumulative difference in SHAP "
    "value, imbalanced minus balanced model, both with masked input entropy. Grey, where "
    f"there is one: the null. Lines: 95 % intervals. {display.rests_on(imbalanced)}",
    alt=figures.alt_text(
        "Bars of SHAP differences",
        imbalanced,
        name=["class", "represented", "category"],
        value="difference",
    ),
)

# %% [markdown]
# ## Takeaway

# %% tags=["hide-input"]
takeaways.section(experiments, "A.3")
