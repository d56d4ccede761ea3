"""Data: the texts."""
