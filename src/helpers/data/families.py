"""The data sets whose labels, languages and skew are known before their files are read."""

from collections.abc import Mapping
from types import MappingProxyType

from helpers.foundation.datasets import Dataset, all_datasets

FAMILY_FACTS: Mapping[str, Dataset] = MappingProxyType(
    {name: about for name, about in all_datasets().items() if about.labels}
)
