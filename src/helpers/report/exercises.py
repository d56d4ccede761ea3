"""Two exercises for each section, with their solutions, for who teaches or learns from the book.

A solution is code that ends in an ``assert``: what it shows is checked, not told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Exercise:
    """A question, the code that answers it, and what follows."""

    question: str
    code: str
    answer: str


EXERCISES: Mapping[str, tuple[Exercise, ...]] = MappingProxyType(
    {
        "2.1": (
            Exercise(
                "A training set has the shares 3 : 2 : 1 of three labels in French and 1 : 2 : 3 "
                "in English. Someone who sees only the language guesses the label. How often is "
                "the guess right, and how often in the balanced subset?",
                "from helpers.data.cells import skew_shares\n\n"
                'skew = {"fr": [3, 2, 1], "en": [1, 2, 3]}\n'
                "best = [skew_shares(skew, severity=s).max(axis=1).mean() for s in (0, 1)]\n"
                "assert [round(share, 3) for share in best] == [0.333, 0.5]",
                "Half of the time instead of a third: that much the language alone is worth.",
            ),
            Exercise(
                "How far can this skew be exaggerated before a label vanishes from a language?",
                "from helpers.data.cells import severity_limit, skew_shares\n\n"
                'skew = {"fr": [3, 2, 1], "en": [1, 2, 3]}\n'
                "limit = severity_limit(skew)\n"
                "assert limit == 2 and skew_shares(skew, severity=limit).min().min() == 0",
                "To twice the skew: then the rarest label has no text left in its language.",
            ),
        ),
        "3": (
            Exercise(
                "Two thirds of the French training texts are “no”, and one third of the English "
                "ones. How low can the mean cross-entropy fall for a model that sees only the "
                "language? And with the class weights of eq. 2?",
                "import numpy as np\n\n"
                "shares = np.array([2 / 3, 1 / 3])\n"
                "weights = 1 / (2 * shares)\n"
                "assert round(-(shares * np.log(shares)).sum(), 3) == 0.637\n"
                "assert round(-(shares * weights * np.log(0.5)).sum(), 3) == 0.693",
                "To 0.637, below the 0.693 of a model that knows nothing: recognising the language "
                "pays. With weights it no longer does: the lowest is 0.693 again.",
            ),
            Exercise(
                "On a test set with as many texts of each label in each language, a model calls "
                "every French text “yes” and every English one “no”. How accurate is it, and has "
                "it learned the task?",
                "import pandas as pd\n"
                "from helpers.analysis.predictions import has_learned\n\n"
                'rows = pd.DataFrame({"group": range(40), "language": ["fr", "en"] * 20})\n'
                'rows["label"] = rows["group"] % 4 // 2\n'
                'rows["predicted"] = (rows["language"] == "fr").astype(int)\n'
                'assert (rows["predicted"] == rows["label"]).mean() == 0.5\n'
                "assert not has_learned(rows)",
                "Half of the time, which is chance: no. On texts that are skewed as in training it "
                "would have seemed better.",
            ),
        ),
        "4.1": (
            Exercise(
                "Two seeds lose 3 and 5 points of accuracy; a third one loses 4. What does each "
                "number of seeds say of other seeds?",
                "from scipy.stats import ttest_1samp\n\n"
                "two = ttest_1samp([-0.03, -0.05], 0).confidence_interval()\n"
                "three = ttest_1samp([-0.03, -0.05, -0.04], 0).confidence_interval()\n"
                "assert two.low < 0 < two.high and three.high < 0",
                "With two it cannot be told whether there is a loss at all; with three there is.",
            ),
            Exercise(
                "A model predicts each label, in each language, as often as training had it. What "
                "is the slope of predicted on training shares? And for one that ignores language?",
                "import numpy as np\n\n"
                "training = np.array([0.5, 1 / 3, 1 / 6, 1 / 6, 1 / 3, 0.5])\n"
                "repeats, ignores = training, np.full(6, 1 / 3)\n"
                "slopes = [np.polyfit(training, each, 1)[0] for each in (repeats, ignores)]\n"
                "assert np.allclose(slopes, [1, 0])",
                "1, and 0.",
            ),
        ),
        "4.2": (
            Exercise(
                "A probe tells languages apart in every text, with a probability of 0.9 for the "
                "right one; another does with 0.99. Which ruler sees the difference?",
                "from sklearn.metrics import accuracy_score, log_loss\n\n"
                "right, sure, surer = [1, 0], [0.9, 0.1], [0.99, 0.01]\n"
                "for each in (sure, surer):\n"
                "    assert accuracy_score(right, [p > 0.5 for p in each]) == 1\n"
                "assert log_loss(right, sure) > 10 * log_loss(right, surer)",
                "The log loss alone: accuracy ends at 1.",
            ),
            Exercise(
                "Six languages are equally frequent. What are accuracy and log loss of a probe "
                "that knows nothing?",
                "import math\n\n"
                "assert round(1 / 6, 3) == 0.167 and round(-math.log(1 / 6), 2) == 1.79",
                "Chance is a sixth, and the logarithm of six.",
            ),
        ),
        "4.3": (
            Exercise(
                "Two models give tokens the same values but for noise. Tokens are sorted by the "
                "first model and its values are subtracted from the second's. What comes out for "
                "the positive ones?",
                "import numpy as np\n\n"
                "first, second = np.random.default_rng(0).normal(0, 0.02, (2, 10_000))\n"
                "positive = first > 0.01\n"
                "assert (second - first)[positive].mean() < -0.01",
                "They fall without any cause: hence each bar stands beside its null.",
            ),
            Exercise(
                "A text of three tokens has the base value 0.30 and the SHAP values 0.20, −0.10 "
                "and 0.05 for a label. What probability does the model give the label (eq. 1)?",
                "assert round(0.30 + 0.20 - 0.10 + 0.05, 2) == 0.45",
                "0.45: the values add up from the masked text to the text.",
            ),
        ),
        "4.4": (
            Exercise(
                "By eq. 2, what does a row of the rare label weigh in a language with two rows of "
                "“no” and one of “yes”, and what do all rows weigh together?",
                "from helpers.training.class_weights import per_language_class_weights\n\n"
                'weights = per_language_class_weights(["fr"] * 3, ["no", "no", "yes"])\n'
                'assert [float(w) for w in weights.loc["fr"]] == [0.75, 1.5]\n'
                "assert 2 * 0.75 + 1 * 1.5 == 3",
                "Twice as much as one of the frequent label; together they weigh as many as there "
                "are, so that no language counts more than before.",
            ),
            Exercise(
                "A model trained where three of four French texts were “no” gives “no” 0.6. What "
                "would it say where both labels are as frequent?",
                "from helpers.analysis.prior_correction import change_shares\n\n"
                "corrected = change_shares([[0.6, 0.4]], old=[0.75, 0.25], new=[0.5, 0.5])\n"
                "assert corrected.round(3).tolist() == [[0.333, 0.667]]",
                "“yes”: most of its “no” was the language's.",
            ),
        ),
        "A.3": (
            Exercise(
                "What is eq. 3 for the probabilities 0.7, 0.2 and 0.1 of an input of masks, and "
                "which probabilities make it lowest?",
                "import numpy as np\n\n"
                "skewed, even = np.array([0.7, 0.2, 0.1]), np.full(3, 1 / 3)\n"
                "losses = [(p * np.log(p)).sum() for p in (skewed, even)]\n"
                "assert np.round(losses, 2).tolist() == [-0.8, -1.1]",
                "−0.80. It is lowest, −1.10, where all labels have a third: the model is asked to "
                "say nothing of an input that says nothing.",
            ),
            Exercise(
                "Two models give a label the base values 0.3 and 0.5, and both give it 0.6 for a "
                "text. What is the sum of the text's SHAP differences, second minus first?",
                "first, second = 0.6 - 0.3, 0.6 - 0.5\nassert round(second - first, 2) == -0.2",
                "−0.2, although both say the same of the text: unequal base values bias the "
                "comparison.",
            ),
        ),
        "A.4": (
            Exercise(
                "Five tokens have the SHAP values −0.030, −0.004, 0.002, 0.008 and 0.020. How many "
                "are neutral at the thresholds 0.001, 0.01 and 0.05?",
                "import numpy as np\n\n"
                "values = np.array([-0.030, -0.004, 0.002, 0.008, 0.020])\n"
                "neutral = [int((abs(values) <= t).sum()) for t in (0.001, 0.01, 0.05)]\n"
                "assert neutral == [0, 3, 5]",
                "None, three, and all five.",
            ),
            Exercise(
                "In another model the same tokens have −0.010, 0.006, 0.002, 0.010 and 0.020. How "
                "far do the neutral ones change at each threshold, and how far do all kinds "
                "together?",
                "import numpy as np\n\n"
                "values = np.array([-0.030, -0.004, 0.002, 0.008, 0.020])\n"
                "change = np.array([-0.010, 0.006, 0.002, 0.010, 0.020]) - values\n"
                "sums = [change[abs(values) <= t].sum() for t in (0.001, 0.01, 0.05)]\n"
                "assert np.round(sums, 3).tolist() == [0, 0.012, 0.032]\n"
                "assert round(change.sum(), 3) == 0.032",
                "By 0, 0.012 and 0.032; all kinds together by 0.032, whatever the threshold: it "
                "only moves tokens from one kind to another.",
            ),
        ),
    }
)


def as_markdown(section: str) -> str:
    """Return the exercises of a section for its page, solutions folded; empty where it has none."""
    parts = [
        f"{number}. {each.question}\n\n:::{{dropdown}} Solution\n```python\n{each.code}\n```\n\n"
        f"{each.answer}\n:::"
        for number, each in enumerate(EXERCISES.get(section, ()), start=1)
    ]
    return "\n\n".join(["## Exercises", *parts]) if parts else ""
