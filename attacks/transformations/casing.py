"""Replacements written like the word that they replace."""


def cased_like(word: str, example: str) -> str:
    """A lower-case word, capitalised or in capitals where the example is; one capital letter is capitalised."""
    if example.isupper() and len(example) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if example[:1].isupper() else word
