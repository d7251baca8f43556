"""From an index to ranked, highlighted passages in Kyrgyz, Kazakh, Russian and English."""
