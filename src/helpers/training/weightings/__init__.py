"""What can be done against the imbalance: a file each, with its record ``WEIGHTING``.

A record (`helpers.foundation.setups.Weighting`) is read whenever a command starts, so that nothing
heavy is imported here: cells are frames, logits are tensors, and their methods are enough.
"""
