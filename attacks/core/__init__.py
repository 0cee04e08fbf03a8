"""What an attack is: texts, perturbations, goals and searches, as values and generators without IO.

Nothing here calls a model: a search yields candidates and is sent what they came to. Start at `searching`.
Imports numpy and the standard library only.
"""
