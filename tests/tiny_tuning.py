"""Fine-tuning of a tiny encoder on made-up reviews."""

from helpers.foundation.profiles import Recipe
from helpers.training.encoders import load_encoder
from helpers.training.finetuning import finetune

RECIPE = Recipe(
    batch_size=12,
    accumulation=2,
    encoder_learning_rate=1e-3,
    head_learning_rate=1e-2,
    epochs=2,
    max_length=40,
    validations=4,
    precision="fp32",
    dropout=0.0,
)


def tune(tiny_bert, reviews, folder, **options):
    """Return what `finetune` gives with a checkpoint at every validation."""
    model, tokenizer = load_encoder(str(tiny_bert), num_labels=2, dropout=0.0)
    return finetune(
        model, tokenizer, reviews, reviews[::3], RECIPE, output_dir=folder, seed=0,
        progress=False, checkpoint_seconds=0, **options,
    )  # fmt: skip
