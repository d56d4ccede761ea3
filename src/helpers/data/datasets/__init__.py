"""The data sets: a file each, which holds its record ``DATASET`` (`helpers.foundation.datasets`).

Records are read whenever a command starts: heavy packages are imported inside functions.
"""
