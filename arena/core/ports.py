"""What the game asks of the world, as protocols. The consumer owns the interface; whoever fits it may plug in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias, runtime_checkable

from arena.core.actions import Action, Case, Ruling
from arena.core.events import Event
from arena.core.hits import Hit, Language, Policy
from arena.core.verdict import Role
from arena.core.views import AttackerView, DefenderView


class Matcher(Protocol):
    """Knows what "said the word" means."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever an answer could: code, tables, library versions."""

    def said(self, text: str, target: str, policy: Policy) -> tuple[Hit, ...]:
        """Every place where the text says the target, in text order."""

    def guessed(self, guess: str, target: str, policy: Policy) -> bool:
        """Whether the guess is the target: its words or an accepted form, one leading article dropped."""


@dataclass(frozen=True, slots=True)
class Resign:
    """What an agent returns to give up."""


AnyView: TypeAlias = AttackerView | DefenderView


@dataclass(frozen=True, slots=True)
class AgentCard:
    """What is known of an agent before it plays: name, version, what it can sit as and speak, one line about it."""

    name: str
    version: str
    summary: str
    roles: frozenset[Role] = frozenset(Role)
    languages: frozenset[Language] = frozenset(Language)
    is_human: bool = False
    is_timed: bool = False
    """Whether its thinking costs match time. A built-in agent's does not, so that a seeded match is reproducible."""


class Agent(Protocol):
    """Plays one seat of one match. A fresh instance is made for each match, so nothing is remembered between them."""

    async def act(self, view: AnyView) -> Action | Resign:
        """The action for this view. Raises anything at all to crash, which forfeits the match."""

    async def close(self) -> None:
        """Let go of whatever the agent holds; called once, however the match ended."""


@runtime_checkable
class AgentKind(Protocol):
    """What an entry point of `arena.agents` names: a class with a card, made with an argument or None.

    The argument is what follows the colon where an agent is asked for by name: `llm:MODEL`, `process:module:Class`.
    """

    card: ClassVar[AgentCard]

    def __call__(self, argument: str | None) -> Agent:
        """A fresh agent. Raises TabooError where the argument is missing or wrong."""


class Judge(Protocol):
    """Rules on utterances. What an entry point of `arena.judges` names is called without arguments to make one."""

    name: str
    version: str

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever a ruling could."""

    async def rule(self, case: Case) -> Ruling:
        """The ruling on one utterance; raising anything records the judge as unavailable."""


class Log(Protocol):
    """Keeps events. What `append` has returned from is durable."""

    async def append(self, events: Sequence[Event]) -> None:
        """Keep events of one match, all or none, in order. Raises LogError; then nothing may be told to anyone."""

    async def read(self, match: str) -> list[Event]:
        """The events of a match in order; empty where there is none."""
