"""Textual adversarial attacks on models and on the game's own agents. Knows neither the server nor the agents' code."""
