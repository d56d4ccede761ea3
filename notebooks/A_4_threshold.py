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
# # A.4 Does the threshold matter?
#
# **The paper's claim.** A token is neutral where its SHAP value for the balanced model is at most
# 0.01 in size; a positive one speaks for the label, a negative one against it. This sorts about 20,
# 60 and 20 % of the tokens into negative, neutral and positive ones. A threshold of 0.001 leaves
# too few neutral tokens; one of 0.05 shows similar results.

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
    needs=("subsets", "shap_difference"),
)
here = display.place_name(experiments)
display.missing_note(experiments, "threshold_sweep.parquet")

# %% [markdown]
# ## From 0.001 to 0.1

# %% tags=["hide-input"]
sweep = shap_frames.threshold_sweep(experiments)
shares = shap_frames.token_shares(experiments)
display.figure(
    shap_figures.threshold_sweep(sweep, shares, shap_frames.skew_ends(experiments)),
    caption=f"<b>Figure A.4-1 · {here}.</b> "
    "Left: how many of all tokens, texts pooled, are negative, "
    "neutral and positive at each threshold. Right: the neutral tokens' mean cumulative "
    "difference, mean of both ends of the skew; dotted, where there is one: the null, a balanced "
    "model of another seed.",
    alt=figures.alt_text(
        "Token shares by threshold", shares, name=["threshold", "category"], value="share"
    ),
)

# %% tags=["hide-input"]
display.table(
    tables.token_shares(experiments),
    caption=f"<b>Table A.4-1 · {here}.</b> "
    "Share of all tokens by threshold, texts and seeds pooled; the "
    "paper says about 20, 60 and 20 % at 0.01",
)

# %% [markdown]
# ## Takeaway

# %% tags=["hide-input"]
takeaways.section(experiments, "A.4")
