"""The built-in commands of `taboo`, one kind of work a file. They come in through entry points, as anyone's do.

A command module imports nothing heavy at the top: all of them are read to print `taboo --help`.
"""
