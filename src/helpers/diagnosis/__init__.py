"""The diagnosis: does language predict the label in a data set of yours, and what to do."""
