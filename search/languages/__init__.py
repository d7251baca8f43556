"""What the engine knows of each language: its letters, words, forms and look."""
