"""What can be done against the imbalance: a file each, with its record ``WEIGHTING``.

What differs is the training. Of every model with a weighting that step is kept whose validation
loss, weighted by eq. 2, is lowest, so that rivals are chosen alike.

A record (`helpers.foundation.setups.Weighting`) is read whenever a command starts, so that nothing
heavy is imported here: cells are frames, logits are tensors, and their methods are enough.
"""
