"""Report: what the paper said, and what we see."""
