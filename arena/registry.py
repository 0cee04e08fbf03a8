"""One way in for extensions: entry points, built-ins included.

A name claimed twice refuses at once, an unknown name suggests near ones, a broken plugin names its distribution. An
agent of another distribution never runs inside the host's process: it is given a worker of its own.
"""

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from arena.core.errors import TabooError, UnknownNameError
from arena.core.hits import Language
from arena.core.ports import Agent, AgentCard, AgentKind, Judge, MeasureKind, Prepared
from arena.core.rules import JudgeSpec, Rules
from arena.core.verdict import Role

OWN_DISTRIBUTION = "taboo-arena"
WORKER = "process"
"""The agent kind that runs anyone's class in a worker process."""
PASSED_ON = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "TABOO_DATA")
"""The only variables of the host's environment that code which is not ours gets to see."""
PROBE_SECONDS = 60

AGENTS, JUDGES, ENGINES, MEASURES = "arena.agents", "arena.judges", "arena.engines", "arena.measures"
BENCHES = "arena.benches"
COMMANDS = "taboo.commands"
_KINDS = {
    AGENTS: "agent",
    JUDGES: "judge",
    COMMANDS: "command",
    ENGINES: "engine",
    MEASURES: "measure",
    BENCHES: "bench",
    "arena.pages": "page",
    "attacks.recipes": "recipe",
    "attacks.victims": "victim",
    "attacks.transformations": "transformation",
}
"""Every group that may be extended, and what one extension of it is called."""


@dataclass(eq=False)
class NameClaimedTwiceError(TabooError):
    """Two installed distributions brought the same name."""

    group: str
    name: str
    distributions: tuple[str, ...]

    def __str__(self) -> str:
        claimants = " and ".join(self.distributions)
        return f"{_kind(self.group)} {self.name!r} is claimed by {claimants}; uninstall all but one of them"


@dataclass(eq=False)
class BrokenPluginError(TabooError):
    """An installed extension cannot be loaded."""

    group: str
    name: str
    distribution: str
    cause: str

    def __str__(self) -> str:
        return (
            f"{_kind(self.group)} {self.name!r} of distribution {self.distribution!r} is broken: {self.cause}; "
            f"repair or uninstall {self.distribution}"
        )


def _kind(group: str) -> str:
    return _KINDS.get(group, group)


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else "an unnamed distribution"


@lru_cache
def entries(group: str) -> dict[str, EntryPoint]:
    """Every extension of a group by name, sorted. Raises NameClaimedTwiceError."""
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        known = found.setdefault(entry.name, entry)
        if (known.value, _distribution(known)) != (entry.value, _distribution(entry)):
            raise NameClaimedTwiceError(group, entry.name, (_distribution(known), _distribution(entry)))
    return dict(sorted(found.items()))


def load(group: str, name: str) -> Any:  # noqa: ANN401 - each group has its own type, checked by its caller
    """The named extension. Raises UnknownNameError or BrokenPluginError."""
    known = entries(group)
    if name not in known:
        near = tuple(get_close_matches(name, known, n=3, cutoff=0.5))
        raise UnknownNameError(_kind(group), name, near, tuple(known))
    try:
        return known[name].load()
    except Exception as cause:
        problem = f"{type(cause).__name__}: {cause}"
        raise BrokenPluginError(group, name, _distribution(known[name]), problem) from cause


@dataclass(frozen=True, slots=True)
class AgentRef:
    """An agent as it was asked for, `NAME` or `NAME:ARGUMENT`, ready to make a fresh instance for each match."""

    name: str
    argument: str | None
    kind: AgentKind
    card: AgentCard
    """What is known of the agent before it plays."""

    @property
    def is_isolated(self) -> bool:
        """Whether instances can share no memory: only so may both matches of a pair use one word."""
        return not self.card.is_timed

    def make(self) -> Agent:
        """A fresh instance. Raises TabooError where the argument is missing or wrong."""
        return self.kind(self.argument)


def agent(name: str) -> AgentRef:
    """The agent that a person asked for by name, by `NAME:ARGUMENT`, or by `module:Class`.

    Raises UnknownNameError, BrokenPluginError or BrokenAgentError.
    """
    head, colon, argument = name.partition(":")
    known = entries(AGENTS)
    if head not in known and colon:
        return _in_worker(name, name)
    if head in known and _distribution(known[head]) != OWN_DISTRIBUTION:
        if colon:  # a worker makes the class without an argument, and one that is given must not get lost
            raise UnknownNameError(_kind(AGENTS), name, near=(head,))
        try:
            return _in_worker(name, known[head].value)
        except BrokenAgentError as broken:
            raise BrokenPluginError(AGENTS, head, _distribution(known[head]), broken.problem) from None
    if head == WORKER and colon:
        return _in_worker(name, argument)
    kind = _agent_kind(head)
    return AgentRef(name, argument if colon else None, kind, _card(kind, argument if colon else None))


def _card(kind: AgentKind, argument: str | None) -> AgentCard:
    """The card of a kind, or the one that it has for this argument. Raises TabooError, as `card_for` does."""
    card_for = getattr(kind, "card_for", None)
    card: AgentCard = kind.card if card_for is None or argument is None else card_for(argument)
    return card


@dataclass(eq=False)
class BrokenAgentError(TabooError):
    """A class of the user's that cannot play."""

    reference: str
    problem: str

    def __str__(self) -> str:
        return (
            f"agent {self.reference!r} cannot be loaded: {self.problem}; name a class as module:Class, "
            "with the module in this folder or installed (`taboo agents` lists the built-in ones)"
        )


def _in_worker(name: str, reference: str) -> AgentRef:
    """An agent that is not ours: it gets a process of its own, even to be looked at. Raises BrokenAgentError."""
    kind = _agent_kind(WORKER)
    row = _probe(reference)
    card = replace(kind.card, name=name, version=row["version"], summary=row["summary"] or kind.card.summary)
    try:
        if row["roles"] is not None:
            card = replace(card, roles=frozenset(map(Role, row["roles"])))
        if row["languages"] is not None:
            card = replace(card, languages=frozenset(map(Language, row["languages"])))
    except ValueError as wrong:
        raise BrokenAgentError(reference, f"its card is wrong: {wrong}") from None
    return AgentRef(name, reference, kind, card)


@lru_cache
def _probe(reference: str) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "arena.probe", reference]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            check=False,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )
    except subprocess.TimeoutExpired:
        raise BrokenAgentError(reference, f"importing it took longer than {PROBE_SECONDS} s") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"the import ended with code {done.returncode}"]
        raise BrokenAgentError(reference, lines[-1])
    try:
        # Code at a lower level than Python may have written before the card, and an import may exit without a word.
        row: dict[str, Any] = json.loads(done.stdout.rpartition("\n")[2])
    except ValueError:
        raise BrokenAgentError(reference, "the import ended the program before the class could be seen") from None
    return row


def _agent_kind(name: str) -> AgentKind:
    kind = load(AGENTS, name)
    if not inspect.isclass(kind) or not isinstance(getattr(kind, "card", None), AgentCard):
        entry = entries(AGENTS)[name]
        raise BrokenPluginError(AGENTS, name, _distribution(entry), f"{entry.value} is not a class with a card")
    return kind  # type: ignore[return-value]  # a class is its own factory


def judge_named(name: str) -> Judge:
    """The judge that a person asked for by `NAME` or `NAME:ARGUMENT`, not yet prepared.

    The argument is given to its class; without a colon the class is called without one. Raises UnknownNameError,
    BrokenPluginError, JudgeArgumentError, and any TabooError by which the judge refuses its argument.
    """
    head, colon, argument = name.partition(":")
    kind = load(JUDGES, head)
    given = (argument,) if colon else ()
    try:
        inspect.signature(kind).bind(*given)
    except TypeError:
        raise JudgeArgumentError(head, argument if colon else None) from None
    made: Judge = kind(*given)
    if made.name != name:  # its rulings would not be taken for those of the judge that the rules name
        problem = f"a judge asked for as {name!r} calls itself {made.name!r}"
        raise BrokenPluginError(JUDGES, head, _distribution(entries(JUDGES)[head]), problem)
    return made


def judge(spec: JudgeSpec) -> Judge:
    """The judge that the rules name, ready to rule. May take long: what it needs is loaded now, not while it rules.

    Raises JudgeVersionError, as `judge_named` does, and any TabooError by which the judge cannot be prepared.
    """
    made = _in_version(spec)
    if isinstance(made, Prepared):
        made.prepare()
    return made


def _in_version(spec: JudgeSpec) -> Judge:
    made = judge_named(spec.name)
    if made.version != spec.version:
        raise JudgeVersionError(spec.name, spec.version, made.version)
    return made


def require_judges(rules: Rules) -> None:
    """Check that the rules name judges that are here, and load none of their models. Raises as `judge` does."""
    for spec in rules.judges:
        _in_version(spec)


def judges_for(rules: Rules) -> Mapping[str, Judge]:
    """The judges that sit in a match by these rules, by name, prepared. Raises as `judge` does.

    The first call for some judges may take long, so it belongs before the match and off the event loop.
    """
    return _judges(rules.judges)


@lru_cache
def _judges(specs: tuple[JudgeSpec, ...]) -> Mapping[str, Judge]:
    return {spec.name: judge(spec) for spec in specs}


@dataclass(eq=False)
class JudgeArgumentError(TabooError):
    """A judge was given an argument that it does not take, or lacks one that it needs."""

    name: str
    argument: str | None

    def __str__(self) -> str:
        if self.argument is None:
            return f"judge {self.name!r} needs an argument: name it as {self.name}:ARGUMENT"
        return f"judge {self.name!r} takes no argument, and was given {self.argument!r}: name it as {self.name}"


@dataclass(eq=False)
class JudgeVersionError(TabooError):
    """The rules name a judge in a version that is not the one installed."""

    name: str
    wanted: str
    installed: str

    def __str__(self) -> str:
        return f"judge {self.name!r} is installed in version {self.installed}, but the rules name version {self.wanted}"


def measure(name: str) -> MeasureKind:
    """The kind of measure of that name. Raises UnknownNameError or BrokenPluginError."""
    kind: MeasureKind = load(MEASURES, name)
    return kind
