"""The game of Adversarial Taboo as values and one machine, with no IO at all.

Imports a little of the standard library and nothing else; clocks, seeds, ids and the matcher are arguments.
Start with `rules` (what can be played), `referee` (the line that decides a match), `machine` (who may say what, when).
"""
