"""`taboo attack` and what stands under it: `attack` is its root; the others are what it runs and how it shows."""
