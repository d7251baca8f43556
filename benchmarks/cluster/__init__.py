"""Measures of an index in a Qdrant cluster beside the same index on disk."""
