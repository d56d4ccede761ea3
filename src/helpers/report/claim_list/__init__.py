"""The paper's claims: abstract, sections 4.1 to 4.4 and A.2 to A.4.

Each stands with its place, what is computed for it, and the region for which it is true. Margins
and rulers are the analysis plan's (``book/plan.md``).
"""

from collections.abc import Mapping
from types import MappingProxyType

from helpers.report.claim_list.appendix import BASE_VALUES, OTHER_MODEL, THRESHOLD
from helpers.report.claim_list.results import ABSTRACT, IDENTIFICATION, PERFORMANCE
from helpers.report.claim_list.tokens import SHAP
from helpers.report.claim_list.weights import CURE
from helpers.report.claims import Claim

CLAIMS: tuple[Claim, ...] = (
    *ABSTRACT,
    *PERFORMANCE,
    *IDENTIFICATION,
    *SHAP,
    *CURE,
    *OTHER_MODEL,
    *BASE_VALUES,
    *THRESHOLD,
)

# The main findings, in few words, as on the root page: pooled, they are one family of tests.
HEADLINES: Mapping[str, str] = MappingProxyType(
    {
        "abstract/performance": "Accuracy falls",
        "4.1/follows-the-skew": "Predictions lean to the labels frequent in the text's language",
        "abstract/separation": "Languages are easier to tell apart, measured as in the paper",
        "abstract/further-apart": "Languages lie further apart, measured by log loss",
        "abstract/uninformative": "Tokens that hardly move the balanced model speak for the label "
        "frequent in their language",
        "abstract/uninformative-null": "The same, by the paper's own difference",
        "abstract/weights-performance": "Class weights win accuracy back",
        "4.4/accuracy-left": "Class weights leave no loss of accuracy, to within a point",
        "4.4/slope": "Class weights make predictions lean less to their language's labels",
        "abstract/weights-separation": "Class weights make languages harder to tell apart, "
        "measured as in the paper",
        "abstract/closer-together": "Class weights bring languages closer together, measured "
        "by log loss",
    }
)
