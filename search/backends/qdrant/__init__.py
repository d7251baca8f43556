"""An index kept in a Qdrant cluster."""
