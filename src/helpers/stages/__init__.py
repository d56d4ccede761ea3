"""What is computed: the stages of an experiment, each run once and kept in the store.

A stage is a file of this package that holds its record: ``STAGE``, a `Stage`. `stage_table` lists
them. Every other list of stages is derived from the records, so that a new file is all that a new
stage takes.

A stage whose result is there, whole, and made from the same inputs is not run again. What a
stage needs from an earlier one is made on the way, and only when it is needed.

Under ``torchrun`` the processes fine-tune together; the first one does everything else.
"""

from helpers.data.corpora import Sources
from helpers.stages.fingerprints import Upstream, stage_fingerprint
from helpers.stages.freshness import check_one_corpus, outdated
from helpers.stages.record import Stage
from helpers.stages.registry import (
    all_stages,
    check_has,
    check_some_have,
    check_stages,
    needs,
    result_stages,
    stage_table,
    stages_of,
)
from helpers.stages.running import is_done, load, pending, run, unmade
from helpers.stages.selection import (
    book_experiments,
    compared_models,
    experiments,
    originals,
    profile_experiments,
    published_experiments,
    wanted_stages,
)
from helpers.stages.workbench import Workbench

STAGES = tuple(all_stages())
# The stages that leave result files which are published.
RESULT_STAGES = result_stages()

__all__ = [
    "RESULT_STAGES",
    "STAGES",
    "Sources",
    "Stage",
    "Upstream",
    "Workbench",
    "all_stages",
    "book_experiments",
    "check_has",
    "check_one_corpus",
    "check_some_have",
    "check_stages",
    "compared_models",
    "experiments",
    "is_done",
    "load",
    "needs",
    "originals",
    "outdated",
    "pending",
    "profile_experiments",
    "published_experiments",
    "run",
    "stage_fingerprint",
    "stage_table",
    "stages_of",
    "unmade",
    "wanted_stages",
]
