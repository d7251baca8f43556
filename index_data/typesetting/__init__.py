"""How the sample articles are made from their Markdown sources."""
