"""A reader's own data set, fine-tuned on: ``companion diagnose DATA --model NAME``."""
