"""What runs language models: one package or file for each kind of engine."""
