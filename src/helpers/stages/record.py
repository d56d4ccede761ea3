"""What a stage is: one record, which each stage's own file holds as ``STAGE``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.foundation.experiment import Experiment
from helpers.stages.workbench import Workbench

if TYPE_CHECKING:
    from helpers.stages.fingerprints import Upstream


def _itself(experiment: Experiment) -> Sequence[Experiment]:
    return (experiment,)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One thing that is computed for an experiment, once, and kept.

    Parameters
    ----------
    name : str
        The name of the stage's module too.
    version : int
        Goes up when the stage's numbers move; part of its fingerprint.
    order : int
        Where it stands among the stages: after all those that it needs.
    paper : str
        The places of the paper that it serves.
    files : tuple of str
        The result files that it may leave in the experiment's folder.
    compute : callable
        Returns each file's content by its name: a frame for ``.parquet``, else what JSON can hold.
        Heavy packages are imported here, not at the head of the stage's module.
    needs : tuple of str
        The stages whose results it reads; they are made first.
    inputs : callable, optional
        All that the result depends on, as values that JSON can hold; the checksums of texts and of
        earlier stages come from the `Upstream` it is given. It is called before anything is
        computed, and reads no text. By default the checksums of what it needs.
    reads : callable
        The experiments whose results it reads; by default its own.
    first_guess_seconds : float
        At the size of the profile quick; corrected by what stages take where they run.
    published : bool
        Whether a profile is complete only with this stage. The others leave files that are too
        large or hold text, and are made when one of these asks.
    only_where_named : bool
        Whether a profile has this stage only for the seeds that its ``stage_seeds`` name.
    keeps_checkpoint : bool
        Whether its result is the experiment's checkpoint, outside ``results/``.
    """

    name: str
    version: int
    order: int
    paper: str
    files: tuple[str, ...]
    compute: Callable[[Workbench], Mapping[str, Any]]
    needs: tuple[str, ...] = ()
    inputs: "Callable[[Experiment, Upstream], Mapping[str, Any]] | None" = None
    reads: Callable[[Experiment], Sequence[Experiment]] = _itself
    first_guess_seconds: float = 10.0
    published: bool = True
    only_where_named: bool = False
    keeps_checkpoint: bool = False
