"""Taboo Arena: adversarial language games for models, people and programs.

Imports nothing heavy. Start with `arena.core` for the game, `arena.words` for what "said the word" means, and
`arena.runner` to play matches.
"""

__version__ = "0.1.0"
