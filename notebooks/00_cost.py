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
# # What it costs
#
# SHAP values are the expensive part: shap asks the model about hundreds of masked copies of every
# text, and the paper's authors advise against doing that for a whole test set. Here it is an
# ordinary step. This page shows what each step costs, always beside another way to do the same
# thing, in the same run on the same machine.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # a file in configs/: quick, embedded, paper

# %% tags=["hide-input"]
from helpers import notebooks
from helpers.report import benchmarks, diagnosis_benchmarks, display, grid_price

notebooks.check_parameters(globals(), "profile")

# %% [markdown]
# ## SHAP values of a corpus
#
# All ways below give the same kind of answer for the same texts. A mask is one masked copy of a
# text. The companion answers the masks that shap would ask for, but asks the model only once about
# each, lets many texts share a batch, and needs no padding where texts of one length meet.

# %% tags=["hide-input"]
display.table(
    benchmarks.shap_speed(),
    caption="<b>Ways to compute SHAP values.</b> " + benchmarks.conditions("shap_corpus"),
    formats={
        "seconds a text": "{:.2f}",
        "masks answered a second": "{:,.0f}",
        "memory beyond the model, MiB": "{:,.0f}",
        "times the companion's time": "{:.2f}",
    },
)

# %% tags=["hide-input"]
display.note(benchmarks.bookkeeping())

# %% tags=["hide-input"]
display.table(
    benchmarks.shap_growth(),
    caption="<b>Growth.</b> Time and memory for more texts, and for longer ones",
    formats={
        "seconds": "{:.1f}",
        "times the first": "{:.2f}",
        "masks at the model": "{:,.0f}",
        "memory beyond the model, MiB": "{:,.0f}",
    },
)

# %% [markdown]
# ## Cheaper settings
#
# The book's SHAP values use the settings of its profile. For a first look one can pay less: half
# precision, a smaller budget of masks, or one context for each group of tokens instead of two. Each
# is compared with shap's default of 500 masks in full precision.

# %% tags=["hide-input"]
display.table(
    benchmarks.shap_cheaper(),
    caption="<b>Cheaper settings</b> against 500 masks, both contexts, full precision",
    formats={
        "times faster": "{:.1f}",
        "mean error of a value": "{:.5f}",
        "largest error": "{:.4f}",
        "correlation": "{:.4f}",
    },
)

# %% [markdown]
# ## Exact?
#
# Of a short text every mask can be tried. From the answers of an imbalanced model to all of them,
# shapiq {cite}`muschalik2024`, another library than shap, computes the values that Partition SHAP
# stands for, and Shapley values, which know of no tree of tokens.

# %% tags=["hide-input"]
display.table(
    benchmarks.exactness(),
    caption="<b>Partition SHAP against exact values.</b> " + benchmarks.exactness_conditions(),
    formats={
        "mean difference of a value": "{:.2g}",
        "largest difference": "{:.2g}",
        "rank correlation in a text": "{:.3f}",
    },
)

# %% [markdown]
# ## Through strings, or over token ids?
#
# As it is usually called, shap masks *strings*: it joins the kept pieces and the word for the mask
# with spaces, and the tokenizer reads the result again. A continued word then becomes another word,
# and Japanese and Chinese, written without spaces, get some. This companion replaces token ids
# instead, so that a masked text differs from the text in its masks alone.

# %% tags=["hide-input"]
display.table(
    benchmarks.string_path(),
    caption="<b>The two paths, by language.</b> How often masking a group of tokens through a "
    "string gives other tokens than replacing their ids, and what that does to SHAP values",
    formats={
        "more tokens, mean": "{:.2f}",
        "mean size of a value": "{:.4f}",
        "mean difference of a value": "{:.4f}",
        "correlation": "{:.3f}",
    },
)

# %% tags=["hide-input"]
display.table(
    benchmarks.string_path_figure(),
    caption="<b>Does Figure 1 change?</b> Mean cumulative differences between the imbalanced and "
    "the balanced model on both paths",
)

# %% [markdown]
# ## Fine-tuning and features

# %% tags=["hide-input"]
display.table(
    benchmarks.finetuning_speed(),
    caption="<b>Fine-tuning.</b> Tokens of real text; padding does not count. "
    + benchmarks.conditions("finetuning"),
    formats={"tokens a second": "{:,.0f}", "companion's rate over this": "{:.1f}"},
)

# %% tags=["hide-input"]
display.table(
    benchmarks.feature_speed(),
    caption="<b>First-token features</b> for the language identification. "
    + benchmarks.conditions("features"),
    formats={"texts a second": "{:,.0f}", "companion's rate over this": "{:.1f}"},
)

# %% [markdown]
# ## The diagnosis of a data set of your own
#
# `companion diagnose` reads a file once and keeps counts. Arrow's own read and group-by of the same
# columns is what it stands beside.

# %% tags=["hide-input"]
display.table(
    diagnosis_benchmarks.speed(),
    caption="<b>Diagnosis.</b> The whole of it, statistics included, without imports. "
    + benchmarks.conditions("diagnosis"),
    formats={
        "seconds": "{:.1f}",
        "times Arrow's": "{:.2f}",
        "times Arrow's, of the processor": "{:.2f}",
        "memory, MiB": "{:,.0f}",
        "on a quarter of the rows, MiB": "{:,.0f}",
        "Arrow's memory, MiB": "{:,.0f}",
    },
)

# %% [markdown]
# Other packages write a report on any table, without a test of language against label.

# %% tags=["hide-input"]
display.table(
    diagnosis_benchmarks.pages(),
    caption="<b>Reports.</b> A page on the same CSV file with texts, without imports. "
    + benchmarks.conditions("diagnosis_pages"),
)

# %% [markdown]
# A newcomer installs the core of the companion alone: no torch to count a table.

# %% tags=["hide-input"]
display.table(
    diagnosis_benchmarks.newcomer_steps(),
    caption="<b>A newcomer's path.</b> From nothing to a report, pip's cache empty. "
    + diagnosis_benchmarks.newcomer_size()
    + " "
    + benchmarks.conditions("newcomer"),
    formats={"seconds": "{:.1f}", "processor's seconds": "{:.1f}"},
)

# %% tags=["hide-input"]
display.table(
    diagnosis_benchmarks.errors(),
    caption="<b>Errors of the diagnosis.</b> Tables of the paper's form with a known Cohen's w: "
    "how often the interval of V covers the true V, lies above it, and which status comes out. "
    + diagnosis_benchmarks.tables(),
    formats={"tables": "{:,.0f}"},
)

# %% [markdown]
# ## The paper's whole grid
#
# `companion plan` counts the work of every stage of a profile before anything is computed, and
# divides it by a throughput. Here it does so for the profile `paper` (every setup with three seeds,
# each with and without masked input entropy) on a GPU whose throughput is stated, not measured. One
# seed alone would cost a third, and decide nothing. The caption says what is assumed.

# %% tags=["hide-input"]
display.table(
    grid_price.grid_price(),
    caption="<b>Estimated GPU hours.</b> " + grid_price.grid_conditions(),
    formats={
        "models": "{:.0f}",
        "tokens, millions": "{:,.0f}",
        "evaluations, millions": "{:,.1f}",
        "fine-tuning, h": "{:.1f}",
        "language identification, h": "{:.1f}",
        "SHAP values, h": "{:.1f}",
        "all, h": "{:.1f}",
    },
)

# %% [markdown]
# The scripts are in `benchmarks/`; each writes one file into `results/benchmarks/`. `make bench`
# runs the first.
