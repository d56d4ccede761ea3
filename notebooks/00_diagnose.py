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
# # Is your data like this?
#
# Does the language predict the label in your own data set, how much would that matter, and what
# helps? The diagnosis counts the rows of every language and label and answers in seconds, without
# a model and without a GPU. In a terminal it takes two commands, the first in a copy of the
# repository, the second in any folder:
#
# ```console
# pip install .
# companion diagnose reviews.csv --html report.html --weights weights.csv
# ```
#
# It reads CSV, TSV, JSON lines and Parquet, compressed or not, a folder of such files, a folder
# that `datasets` saved, or `owner/name` on the Hugging Face hub. `--fail-on warning` makes it a
# check for a pipeline: the exit code is 1 for a finding of that level or above, and also where
# there is too little data to tell, which is no pass. Bad input ends with 2.
#
# With `--model e5_small`, a folder or `owner/name`, it also fine-tunes: on the data as they are,
# weighted and, where cells allow, balanced, all tested on balanced held-out rows. That takes the
# packages of training, and minutes to hours; an estimate is told first, and the same call goes on
# where it was stopped.

# %% tags=["parameters", "hide-input"]
profile = "quick"  # not used here; every page of the book has it
data = ""  # a file, a folder, or owner/name on the hub; empty: the example below

# %% [markdown]
# ## An example: the paper's skew
#
# These are languages and labels of 6,000 rows with the shares of Table 1 for Amazon reviews, as
# rows of a table. With your own data, `diagnose` takes the name of a file or a frame.

# %%
import pandas as pd

from helpers import notebooks
from helpers.data.cells import cell_sizes
from helpers.diagnosis import diagnose
from helpers.report import display

notebooks.check_parameters(globals(), "profile", "data")
skew = {
    **dict.fromkeys(["fr", "es", "ja"], (1, 2, 3, 4, 5)),
    **dict.fromkeys(["de", "en", "zh"], (5, 4, 3, 2, 1)),
}
counts = pd.DataFrame(
    cell_sizes(skew, size=6000)[1],
    index=pd.Index(skew, name="language"),
    columns=pd.RangeIndex(1, 6, name="label"),
).stack()
example = counts.index.repeat(counts).to_frame(index=False)

found = diagnose(data or example)
found

# %% [markdown]
# ## How to read it
#
# **The level** goes by the lower end of the interval of Cramér's V, which is 0 where language and
# label are independent and 1 where one determines the other. The thresholds follow Cohen's
# conventions: his *w* of 0.1 (small) is a note, 0.3 (medium) an error, half way between is a
# warning; V is *w* divided by the square root of the smaller number of languages or labels less
# one. They were fixed before any data were tried. The skews of the paper's Table 1 have a *w* of
# 0.41 to 0.47. *No finding* says that the upper end is below a warning; what is neither is *too
# little data to tell*.
#
# **The severity** is V over the V of the paper's skew in a table of the same shape: 0 is balanced,
# 1 the paper's. For a skew of another form it is the severity of the paper's form with the same V.
#
# **The harm seen** is what the published runs on either side of that severity cost in accuracy, of
# one encoder and one data set. Beyond the most severe run nothing was measured, and it says so.
#
# **The interval** comes from tables drawn at random around the counted one, moved towards
# independence by just as much as chance has moved the counted one away from it; near 0 its upper
# end is that of the noncentral chi-squared distribution. Rows that are translations or copies of
# one another are no independent evidence: name the column that they share with `--group`, and
# whole groups are drawn instead.
#
# **Texts** that occur in several languages or with several labels are counted on a sample that a
# hash of the text chooses, so that all copies of a text are in it or none is. With
# `pip install eld`, a detector's opinion is compared with the language column.
#
# ## What to do depends on one question
#
# Which labels will the model meet in each language? Where it meets the skew that it was trained on,
# the skewed model is the better one, and weights cost accuracy. Every report has the class weights
# of eq. 2 for each language and label, code that passes them to a trainer, code that corrects the
# probabilities after training instead, and what a balanced subset would cost in rows. It advises
# none of them before `--expect` says `even`, `as-is`, or names a CSV file with the columns
# `language, label, share`. With it, the report also says what did best under such labels in the
# published runs of this book, for their encoder and their data, where these runs are there: in a
# checkout, with all packages.

# %%
weights = found.weights()
display.table(
    weights.head(10).set_index(["language", "label"]),
    caption="<b>Table D-1. Class weights.</b> Eq. 2, of the first ten languages and labels",
)

# %%
diagnose(data or example, expect="even").advice
