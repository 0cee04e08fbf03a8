"""What "said the word" means: one definition for machine, page, replay and attacks.

`said` finds every place where a text says a target, `guessed` judges a guess, `WordMatcher` is both as the game's port.
Nothing heavy is loaded before the first question. Start with `matcher`, then `fold`, `split`, `lexemes`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arena.words.errors import TargetError
    from arena.words.fingerprints import fingerprint
    from arena.words.matcher import WordMatcher, check_target, guessed, said

__all__ = ["TargetError", "WordMatcher", "check_target", "fingerprint", "guessed", "said"]

_HOMES = {"TargetError": "errors", "fingerprint": "fingerprints"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f"arena.words.{_HOMES.get(name, 'matcher')}"), name)
    return found
