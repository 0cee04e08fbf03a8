"""Recipes and victims by the names that users give, and errors of attacks in one line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

from arena import registry
from arena.core.errors import TabooError, UnknownNameError
from attacks.core.errors import AttackError

if TYPE_CHECKING:
    from attacks.core.goals import Goal, ReplyGoal
    from attacks.core.ports import Attack, Replier, Victim

RECIPES, VICTIMS = "attacks.recipes", "attacks.victims"


@dataclass(eq=False)
class RefusedAttackError(TabooError):
    """An attack that cannot be made, in the words of what stands in its way."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@contextmanager
def refusals() -> Iterator[None]:
    """Errors of attacks, and libraries that are not installed, as errors of ours, which are told in one line."""
    try:
        yield
    except AttackError as problem:
        raise RefusedAttackError(str(problem)) from problem
    except ModuleNotFoundError as missing:
        library = (missing.name or "").partition(".")[0]
        if library in ("", "arena", "attacks"):
            raise
        raise RefusedAttackError(f"{library} is not installed; pip install 'taboo-arena[attacks]'") from None


def recipe_named(name: str, language: str = "en") -> "Attack":
    """The attack that `NAME` or `NAME:ARGUMENT` names; an argument is the recipe's first.

    A recipe for more languages than English says so in `languages` and is made with the one. Raises UnknownNameError,
    BrokenPluginError, RefusedAttackError or AttackError.
    """
    kind, _, argument = name.partition(":")
    recipe = registry.load(RECIPES, kind)
    spoken: tuple[str, ...] = getattr(recipe, "languages", ("en",))
    if language not in spoken:
        raise RefusedAttackError(f"attack {kind!r} is for {' and '.join(spoken)}, not for {language!r}")
    options = {"language": language} if len(spoken) > 1 else {}
    given = (argument,) if argument else ()
    try:
        signature(recipe).bind(*given, **options)
    except TypeError as wrong:
        told = f"takes no argument, and {argument!r} was given" if given else f"cannot be made: {wrong}"
        raise RefusedAttackError(f"attack {kind!r} {told}") from None
    try:
        made: Attack = recipe(*given, **options)
    except (TypeError, ValueError) as wrong:
        raise RefusedAttackError(f"attack {name!r} cannot be made: {wrong}") from None
    return made


def goal_named(name: str) -> "Callable[[Any], Goal | ReplyGoal] | None":
    """The goal of an example by its right label; None is the victim's own (another label, a reply without the answer).

    `untargeted`, `label-only`, `margin:SHARE`, `targeted:LABEL`, `match:TEXT`. Raises RefusedAttackError.
    """
    from attacks.core.goals import LabelOnly, Margin, Targeted, TextMatch, Untargeted

    kind, _, argument = name.partition(":")
    try:
        if name == "untargeted":
            return None
        if name == "label-only":
            return lambda label: LabelOnly(Untargeted(label))
        if kind == "margin":
            margin = Margin(0, float(argument)).margin
            return lambda label: Margin(label, margin)
        if kind == "targeted":
            wanted = int(argument)
            if wanted < 0:
                raise ValueError(f"classes are numbered from 0, and {wanted} is none")
            return lambda _: Targeted(wanted)
        if kind == "match" and argument:
            return lambda _: TextMatch(argument, is_wanted=True)
    except ValueError as wrong:
        raise RefusedAttackError(f"goal {name!r} cannot be had: {wrong}") from None
    raise RefusedAttackError(
        f"goal {name!r} is none of untargeted, label-only, margin:SHARE, targeted:LABEL, match:TEXT"
    )


def victim_named(name: str) -> "Victim | Replier":
    """The victim that `KIND:WHICH` names. Raises UnknownNameError, BrokenPluginError or AttackError."""
    kind, colon, which = name.partition(":")
    if not colon or not which:
        raise UnknownNameError("victim", name, known=tuple(f"{it}:..." for it in registry.entries(VICTIMS)))
    opened: Victim | Replier = registry.load(VICTIMS, kind).open(which)
    return opened
