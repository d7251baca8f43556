"""Indexing into a Qdrant cluster."""
