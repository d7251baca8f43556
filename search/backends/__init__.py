"""Where an index is kept and searched: a directory of this machine, or a Qdrant cluster."""
