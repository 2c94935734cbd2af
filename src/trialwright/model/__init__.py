"""The nouns that cross a seam. Frozen values that check themselves when built; no I/O, no computing."""
