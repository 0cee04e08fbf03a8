"""Agents that are language models, the engines that run them, and judges that are models. Start at `agent`.

Nothing here is imported by the game, and no model library is imported before a model is opened.
"""
