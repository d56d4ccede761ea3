"""Analysis: what the model learned."""
