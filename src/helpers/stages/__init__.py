"""What is computed: the stages of an experiment, each run once and kept in the store.

=========================  ==========================================  ============================
stage                      writes                                      paper
=========================  ==========================================  ============================
``subsets``                ``subsets.json``                            section 2.1, Tables 1 and 5
``finetuning``             a checkpoint, outside ``results/``          section 3
``predictions``            ``metrics.json``, ``predictions.parquet``   section 4.1, Tables 2, 3, 6
``last_step``              ``last_step.parquet``                       section 3
``language_identification``  ``language_identification.json``          section 4.2, Tables 4, 7
``shap_values``            ``shap.parquet`` (holds text, stays local)  section 2.3
``shap_tokens``            ``shap_tokens.parquet`` (holds no text)     section 2.3
``shap_difference``        ``shap_difference.parquet``,                section 4.3, Figures 1 to 3;
                           ``threshold_sweep.parquet``                 A.4
``shap_examples``          ``shap_examples.parquet``                   section 4.3
=========================  ==========================================  ============================

A stage whose result is there, whole, and made from the same inputs is not run again. What a
stage needs from an earlier one is made on the way, and only when it is needed.

Under ``torchrun`` the processes fine-tune together; the first one does everything else.
"""

from helpers.data.corpora import Sources
from helpers.foundation.experiment import RESULT_STAGES
from helpers.stages.fingerprints import STAGES, VERSIONS, check_stages, stage_fingerprint
from helpers.stages.freshness import check_one_corpus, outdated
from helpers.stages.running import is_done, load, needs, pending, run
from helpers.stages.selection import compared_models, experiments, stages_of
from helpers.stages.workbench import Workbench

__all__ = [
    "RESULT_STAGES",
    "STAGES",
    "VERSIONS",
    "Sources",
    "Workbench",
    "check_one_corpus",
    "check_stages",
    "compared_models",
    "experiments",
    "is_done",
    "load",
    "needs",
    "outdated",
    "pending",
    "run",
    "stage_fingerprint",
    "stages_of",
]
