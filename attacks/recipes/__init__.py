"""Attacks of the literature, one a file, each with its source and where it deviates."""
