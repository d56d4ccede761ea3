"""Training: the model."""
