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
# # 3 Fine-tuning
#
# **The paper's setup.** A multilingual encoder and one linear layer on its first token are
# fine-tuned together, with a learning rate for each that falls linearly. The loss on the
# validation set, skewed like the training set, decides which state of the model is kept. With
# class weights, each row's loss is multiplied by
#
# $$w_{c,l} = \frac{n_l}{C \cdot n_{c,l}}$$
#
# where $n_l$ rows are in language $l$, $n_{c,l}$ of them with label $c$, of $C$ labels (eq. 2).

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper
model = "e5_small"  # mbert, xlmr, e5_small, a folder, or owner/name on the hub
dataset = "multiemo"  # multiemo, multiemo_pairs, xnli, amazon_reviews, custom
sources = {}  # data set to local folder, such as {"xnli": "/data/xnli"}
compute = True  # False: only show what has been computed

# %% tags=["hide-input"]
from helpers import notebooks, stages
from helpers.report import display, figures, frames, runs

notebooks.check_parameters(globals(), "profile", "model", "dataset", "sources", "compute")
experiments = stages.load(
    profile=profile,
    model=model,
    dataset=dataset,
    sources=sources,
    compute=compute,
    needs=("predictions",),
)
here = display.place_name(experiments)
display.missing_note(experiments, "metrics.json")

# %% [markdown]
# ## The recipe

# %% tags=["hide-input"]
display.table(
    runs.recipe(experiments),
    caption=f"<b>Table 3-1 · {here}.</b> "
    "How these models are fine-tuned, and the paper's (section 3)",
)

# %% [markdown]
# ## The course of training

# %% tags=["hide-input"]
curves = frames.training_curves(experiments)
display.figure(
    figures.training_curves(curves),
    caption=f"<b>Figure 3-1 · {here}.</b> "
    "Validation loss during fine-tuning, a line for each model. "
    "Markers: the state that is kept. Losses of different setups are not comparable, since each "
    "is validated on its own distribution.",
    alt=figures.alt_text(
        "Validation loss against training step; the lowest of each model",
        curves[curves["best"]],
        name=["setup", "seed"],
        value="validation_loss",
    ),
)
