"""How the embedded encoder and the word tables were made; never imported at run time."""
