"""What is fetched from the Hugging Face hub, and from where.

The field ``hub`` of ``configs/paper.yaml`` names models and articles once, for every profile; a
data set's own file names its repositories.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HubModel:
    """A model of the hub, at one commit."""

    repository: str
    revision: str


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what; ``first_label`` is the number of the first label."""

    label: str
    text: str
    text_pair: str | None = None
    first_label: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        return tuple(name for name in (self.text, self.text_pair, self.label) if name)


@dataclass(frozen=True, kw_only=True)
class HubTable:
    """A data set of the hub: repository, revision, columns.

    A language is a configuration, or a folder where the repository has no data card; in the name
    of either, ``{language}`` stands for its code.
    """

    repository: str
    revision: str
    columns: Columns
    config: str | None = "{language}"
    data_dir: str | None = None

    def __str__(self) -> str:
        """Return the repository and its revision."""
        return f"{self.repository}@{self.revision}"


@dataclass(frozen=True, kw_only=True)
class HubArticles:
    """Articles of the hub, to be streamed: a configuration for each language, with ``text``."""

    repository: str
    revision: str
    config: str


@dataclass(frozen=True, kw_only=True)
class Hub:
    """What is fetched from the hub besides data sets.

    Parameters
    ----------
    models : mapping of str to HubModel
        Short names of models.
    wikipedia : HubArticles
        External texts of the language identification (paper, section 2.2).
    """

    models: Mapping[str, HubModel]
    wikipedia: HubArticles
