"""An attack as somebody asks for it: from options to all that it takes to run, and what is written down of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attacks.core.ports import Attack, Capability, Replier, Victim
from attacks.data.examples import Data, DataError, Reading, read_data
from attacks.engine import AnswersFile, Engine, Example, Row
from attacks.engine.desk import BATCH
from attacks.opening import goal_named, recipe_named, victim_named

if TYPE_CHECKING:
    from attacks.evaluation.finished import Finished


@dataclass(frozen=True)
class Asked:
    """What an attack is asked to be. Whatever is here changes rows; `Speed` holds what does not."""

    victim: str
    data: str
    recipe: str = "pwws"
    goal: str = "untargeted"
    language: str = "en"
    constraints: tuple[str, ...] = ()
    reading: Reading = field(default_factory=Reading)
    limit: int | None = None
    offset: int = 0
    shuffle: int | None = None
    budget: int | None = None
    seed: int = 0

    @classmethod
    def of(cls, finished: "Finished", victim: str, data: str) -> "Asked":
        """What a finished attack was asked to be, of this victim and data."""
        return cls(
            victim=victim,
            data=data,
            recipe=finished.recipe,
            goal=finished.goal,
            language=finished.language,
            constraints=finished.constraints,
            reading=finished.reading,
            limit=finished.limit,
            offset=finished.offset,
            shuffle=finished.shuffle,
            budget=finished.budget,
            seed=finished.seed,
        )

    def open(self) -> "Opened":
        """Open everything by its name, and read the data. Raises TabooError or AttackError."""
        attack = _constrained(recipe_named(self.recipe, self.language), self.constraints)
        victim = victim_named(self.victim)
        return Opened(self, self.read(victim), attack, victim)

    def read(self, victim: Victim | Replier) -> Data:
        """The examples; their labels are texts where the victim writes. Raises DataError."""
        reading = replace(self.reading, answers=Capability.REPLIES in victim.can)
        named, classes = len(reading.labels), getattr(victim, "classes", 0)
        if not reading.answers and 0 < classes < named:
            raise DataError("--labels", 0, f"names {named} classes, and the victim chooses between {classes}")
        return read_data(self.data, reading, limit=self.limit, offset=self.offset, shuffle=self.shuffle)


@dataclass(frozen=True)
class Speed:
    """What changes how fast an attack is, and none of its rows. `cache` is a file of answers that runs share."""

    width: int = 256
    batch: int | None = BATCH
    cache: Path | None = None


@dataclass(frozen=True)
class Opened:
    """An attack that may begin."""

    asked: Asked
    data: Data
    attack: Attack
    victim: Victim | Replier

    @property
    def settings(self) -> dict[str, Any]:
        """What is written into the attack's folder; the same settings give the same rows."""
        asked = self.asked
        return {
            "recipe": asked.recipe,
            "reads": self.attack.reads,
            "victim": asked.victim,
            "fingerprint": self.victim.fingerprint,
            "goal": asked.goal,
            "language": asked.language,
            "constraints": list(asked.constraints),
            "data": self.data.name,
            "digest": self.data.digest,
            "reading": asked.reading.to_json(),
            "limit": asked.limit,
            "offset": asked.offset,
            "shuffle": asked.shuffle,
            "budget": asked.budget,
            "seed": asked.seed,
            "examples": len(self.data.examples),
        }

    def engine(self, speed: Speed) -> Engine:
        """The engine for it. Raises CapabilityError, AnswersError or RefusedAttackError."""
        asked, cache = self.asked, speed.cache
        return Engine(
            self.victim,
            self.attack,
            goal=goal_of(asked.goal, asked.reading.labels),
            budget=asked.budget,
            seed=asked.seed,
            width=speed.width,
            batch=speed.batch,
            answers=None if cache is None else AnswersFile(cache, self.victim.fingerprint),
        )

    def rows(self, speed: Speed, examples: Iterable[Example] | None = None) -> Iterator[Row]:
        """The rows of these examples, or of all."""
        return self.engine(speed).run(self.data.examples if examples is None else examples)


def goal_of(name: str, labels: tuple[str, ...] = ()) -> Callable[[Any], Any] | None:
    """The goal of that name, as in `opening`; a class may be named as in `labels`. Raises RefusedAttackError."""
    kind, _, which = name.partition(":")
    if kind == "targeted" and which in labels:
        return goal_named(f"{kind}:{labels.index(which)}")
    return goal_named(name)


def _constrained(attack: Attack, names: tuple[str, ...]) -> Attack:
    if not names:
        return attack
    from attacks.constraints.named import constraint_named
    from attacks.constraints.wrapping import constrained

    for name in names:
        attack = constrained(attack, constraint_named(name))
    return attack
