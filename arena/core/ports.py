"""What the game asks of the world, as protocols. The consumer owns the interface; whoever fits it may plug in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias, runtime_checkable

from arena.core.actions import Action, Case, Note, Ruling
from arena.core.events import Event
from arena.core.generation import Completion, Prompt, Request, Scored
from arena.core.hits import Hit, Language, Policy
from arena.core.measures import Reading
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


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agent does, together with what it notes about it."""

    given: Action | Resign
    notes: tuple[Note, ...] = ()


Given: TypeAlias = Action | Resign | Answer
"""What an agent may return."""
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
    repeats: bool = True
    """Whether the same view always gets the same action."""


class Agent(Protocol):
    """Plays one seat of one match. A fresh instance is made for each match, so nothing is remembered between them."""

    async def act(self, view: AnyView) -> Given:
        """The action for this view. Raises anything at all to crash, which forfeits the match."""

    async def close(self) -> None:
        """Let go of whatever the agent holds; called once, however the match ended."""


@runtime_checkable
class AgentKind(Protocol):
    """What an entry point of `arena.agents` names: a class with a card, made with an argument or None.

    The argument is what follows the colon where an agent is asked for by name: `llm:MODEL`, `process:module:Class`.
    A kind whose card depends on it has a class method `card_for(argument) -> AgentCard` too. That one is called before
    any match, may take long to make ready what the agent needs, and raises TabooError where it cannot play.
    """

    card: ClassVar[AgentCard]

    def __call__(self, argument: str | None) -> Agent:
        """A fresh agent. Raises TabooError where the argument is missing or wrong."""


class Judge(Protocol):
    """Rules on utterances. One judge serves every match that names it, from whichever event loop they are played in.

    An entry point of `arena.judges` names a class. Rules name a judge as `NAME`, and the class is called without
    arguments, or as `NAME:ARGUMENT`, and it is given the argument. A judge that loads a model is `Prepared` too.
    """

    name: str
    """As the rules name it, its argument included: a ruling is matched with its judge by name and version."""
    version: str

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever a ruling could."""

    async def rule(self, case: Case) -> Ruling:
        """The ruling on one utterance; raising anything records the judge as unavailable."""


@runtime_checkable
class Prepared(Protocol):
    """What must be loaded before it is of use, so that no match waits for it."""

    def prepare(self) -> None:
        """Load what is needed, once, however often and from however many threads this is called.

        May block for long: call it before a match, off the event loop. Raises TabooError.
        """


class Log(Protocol):
    """Keeps events. What `append` has returned from is durable."""

    async def append(self, events: Sequence[Event]) -> None:
        """Keep events of one match, all or none, in order. Raises LogError; then nothing may be told to anyone."""

    async def read(self, match: str) -> list[Event]:
        """The events of a match in order; empty where there is none."""


class Engine(Protocol):
    """Runs a language model for many askers at once. Safe to be used from several event loops and threads."""

    @property
    def name(self) -> str:
        """The model as people know it: a folder's name, or the name that a server gives it."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits over what is known of the model: its configuration and weights, or its server and name."""

    @property
    def context(self) -> int | None:
        """The most tokens that prompt and answer may have together; None where nobody knows."""

    @property
    def is_reproducible(self) -> bool:
        """Whether a sample depends on model, request and seed alone."""

    @property
    def has_chat(self) -> bool:
        """Whether the model has a chat format of its own; without one a conversation is written out plainly."""

    @property
    def has_schemas(self) -> bool:
        """Whether answers can be held to a JSON Schema."""

    async def complete(self, request: Request, watch: Callable[[str], None] | None = None) -> Completion:
        """The answer; `watch` is given its text piece by piece, in the asker's event loop. Cancelling frees its place.

        Raises EngineError; EngineTimeoutError, which is a TimeoutError too, where `seconds` ran out.
        """

    async def score(self, prompt: Prompt, text: str, adapter: str | None = None) -> Scored:
        """How likely the text is, straight after the prompt (what begins with a space must bring it along).

        An empty prompt stands for the model's own beginning. Raises EngineError; ScoringError where the engine can
        only generate.
        """

    def count(self, prompt: Prompt) -> int:
        """How many tokens the prompt has, chat format included; an estimate where the model is not at hand."""

    async def close(self) -> None:
        """Let go of the model."""


class EngineKind(Protocol):
    """What an entry point of `arena.engines` names: opens models of one kind."""

    options: ClassVar[Mapping[str, str]]
    """Every option with one line about it."""

    @classmethod
    def open(cls, model: str, options: Mapping[str, str]) -> Engine:
        """An engine for a model, with options as the user typed them. May take long. Raises EngineError."""


class Measure(Protocol):
    """Finds numbers about matches that are over. May be asked about many matches at once."""

    name: str

    @property
    def model(self) -> str:
        """The model that it measures with, as people know it."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever the model does."""

    @property
    def prompt(self) -> str:
        """16 hex digits that change whenever what the model is asked does."""

    async def measure(self, events: Sequence[Event]) -> tuple[Reading, ...]:
        """What it finds in one match, in order. Raises EngineError."""


class MeasureKind(Protocol):
    """What an entry point of `arena.measures` names: makes a measure that uses a model."""

    options: ClassVar[Mapping[str, str]]
    """Every option with one line about it."""

    @classmethod
    def open(cls, model: str, options: Mapping[str, str]) -> Measure:
        """A measure with a model, named as after `llm:`, and options as the user typed them. May take long.

        Raises TabooError.
        """
