"""XNLI: does the hypothesis follow from the premise? French and English in the paper.

The repository has fifteen languages, each a configuration of it; a profile may name others.
"""

from helpers.foundation.datasets import Dataset
from helpers.foundation.hub import Columns, HubTable

_COLUMNS = Columns(label="label", text="premise", text_pair="hypothesis")

DATASET = Dataset(
    name="xnli",
    title="XNLI",
    order=20,
    task="relation",
    is_pair=True,
    parallel=True,
    labels=("entailment", "neutral", "contradiction"),
    languages=("fr", "en"),
    weights=(3, 2, 1),
    licence="CC BY-NC 4.0",
    counterpart="xnli",
    hub=(
        HubTable(
            repository="facebook/xnli",
            revision="b8dd5d7af51114dbda02c0e3f6133f332186418e",
            columns=_COLUMNS,
        ),
    ),
    columns=(_COLUMNS,),
    full_rows={"train": 392_702, "validation": 2_490, "test": 5_010},
    probe_rows={"test": 6_672, "external": 2_000},
)
