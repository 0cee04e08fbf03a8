"""No replacement repeats the word beside it: 'a film film' is no text that people write.

That no word is replaced twice needs no rule: a perturbation knows the original and one replacement a place.
"""

from attacks.core.perturbation import Perturbation


def no_echo(perturbation: Perturbation) -> bool:
    """Whether every replacement differs from both words beside it, upper and lower case being the same."""
    last = len(perturbation.original) - 1
    return not any(
        text.casefold() == perturbation.word(beside).casefold()
        for place, text in perturbation.changes
        for beside in (place - 1, place + 1)
        if 0 <= beside <= last
    )
