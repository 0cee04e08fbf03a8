"""Where replacements for words come from, one source a file."""
