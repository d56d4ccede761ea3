"""Every SHAP value, without the text it belongs to."""

from typing import Any

from helpers.stages.record import Stage
from helpers.stages.shap_values import shap_frame
from helpers.stages.workbench import Workbench


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis.shap_frames import token_values

    return {"shap_tokens.parquet": token_values(shap_frame(bench.experiment), bench.corpus.labels)}


STAGE = Stage(
    name="shap_tokens",
    version=1,
    order=70,
    paper="section 2.3",
    files=("shap_tokens.parquet",),
    compute=_compute,
    needs=("shap_values",),
    first_guess_seconds=40,  # explains the texts on the way
)
