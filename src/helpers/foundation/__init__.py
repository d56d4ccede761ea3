"""Foundation: what is run, what came out, and where it lies."""
