"""The code that a report shows. Each piece runs as it stands; the tests run it."""

WEIGHTED_TRAINER = """\
from torch.nn.functional import cross_entropy
from transformers import Trainer

class WeightedTrainer(Trainer):  # TrainingArguments(..., remove_unused_columns=False)
    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        weight, labels = inputs.pop("sample_weight"), inputs.pop("labels")
        outputs = model(**inputs)
        losses = weight * cross_entropy(outputs.logits, labels, reduction="none")
        loss = losses.sum() / (len(labels) if num_items_in_batch is None else num_items_in_batch)
        return (loss, outputs) if return_outputs else loss
"""

SAMPLE_WEIGHT = """\
from helpers.diagnosis import diagnose

diagnosis = diagnose(frame, language={language!r}, label={label!r})
frame["sample_weight"] = diagnosis.sample_weight(frame)
"""

PRIOR_CORRECTION = """\
import pandas as pd

# probabilities: rows x labels, columns in the order of training_shares; languages: one a row
training_shares = pd.crosstab(train[{language!r}], train[{label!r}], normalize="index")
expected_shares = {expected}
ratio = (expected_shares / training_shares).fillna(0).loc[languages].to_numpy()
corrected = probabilities * ratio
corrected = corrected / corrected.sum(axis=1, keepdims=True)
"""
EVEN = "1 / training_shares.shape[1]"
FROM_FILE = "pd.read_csv({file!r}).pivot_table(index='language', columns='label', values='share')"

BALANCED_SUBSET = """\
from helpers.diagnosis import diagnose

diagnosis = diagnose(frame, language={language!r}, label={label!r})
balanced = diagnosis.balanced_subset(frame)
"""
