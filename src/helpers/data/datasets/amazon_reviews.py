"""Amazon reviews with one to five stars, in six languages; of the paper.

Withdrawn by its owner; the repositories are copies of its rows. No commit of them is known to us:
the revision is the branch that the hub's own conversion to parquet writes.
"""

from helpers.foundation.datasets import Dataset
from helpers.foundation.hub import Columns, HubTable

_ORIGINAL = Columns(label="stars", text="review_body", first_label=1)
# Its text is believed to be title and body in one: a deviation, to be stated.
_COPY = Columns(label="label", text="text")

DATASET = Dataset(
    name="amazon_reviews",
    title="Amazon reviews",
    order=10,
    task="graded",
    is_pair=False,
    labels=("1", "2", "3", "4", "5"),
    languages=("fr", "es", "ja", "de", "en", "zh"),
    weights=(1, 2, 3, 4, 5),
    licence="for non-commercial research only, withdrawn by its owner",
    counterpart="amazon_reviews",
    hub=tuple(
        HubTable(
            repository=f"{owner}/amazon_reviews_multi",
            revision="refs/convert/parquet",
            config=None,
            data_dir="{language}",
            columns=columns,
        )
        for owner, columns in (("defunct-datasets", _ORIGINAL), ("mteb", _COPY))
    ),
    columns=(_ORIGINAL, _COPY),
    full_rows={"train": 200_000, "validation": 5_000, "test": 5_000},
    probe_rows={"test": 30_000, "external": 6_000},
)
