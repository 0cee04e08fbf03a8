"""Estimates and their uncertainty: pure functions over values and arrays, with no IO. Start with `rates`.

Importing this package loads nothing; its modules load numpy.
"""
