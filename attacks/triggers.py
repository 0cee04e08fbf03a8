"""Universal triggers: learnt from a victim with gradients, kept in a file, read again. `taboo attack trigger`.

The file is JSON: whose trigger it is (`victim`, `fingerprint`), what it cost (`asked`, `queries`), and `triggers`, one
for each class that it leads away from.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from attacks.core.errors import AttackError, CapabilityError

if TYPE_CHECKING:
    from attacks.core.ports import GradientVictim, Victim
    from attacks.core.universal import Learner
    from attacks.engine import Example

START = {"en": "the", "zh": "的"}
"""The word that all places of a trigger hold at first."""
Watch = Callable[[str], None]
"""Is told what goes on."""


@dataclass(eq=False)
class TriggerFileError(AttackError):
    """A file of triggers that cannot be read."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path} is no file of triggers: {self.problem}; taboo attack trigger writes one"


@dataclass(eq=False)
class NothingToLearnError(AttackError):
    """No text is left to learn a trigger from."""

    victim: str
    label: int | None

    def __str__(self) -> str:
        which = "any class" if self.label is None else f"class {self.label}"
        return f"victim {self.victim!r} is right about no text of {which}, so there is nothing to lead it away from"


@dataclass(frozen=True)
class Trigger:
    """A trigger that leads away from a class, the `texts` that it was learnt from, and its effect on them."""

    label: int
    words: tuple[str, ...]
    texts: int
    score: float
    success: float


@dataclass(frozen=True)
class Triggers:
    """What was learnt from a victim. `asked` counts every text that was asked for, `queries` the distinct ones."""

    victim: str
    fingerprint: str
    seed: int
    asked: int
    queries: int
    triggers: tuple[Trigger, ...]

    def to_json(self) -> str:
        """As it is written into a file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"


def read_triggers(path: str) -> dict[int | None, str]:
    """The trigger of each class in a file. Raises TriggerFileError."""
    try:
        held: Mapping[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        found: dict[int | None, str] = {int(it["label"]): " ".join(map(str, it["words"])) for it in held["triggers"]}
    except (OSError, ValueError) as wrong:
        raise TriggerFileError(path, str(wrong)) from None
    except (KeyError, TypeError) as wrong:
        raise TriggerFileError(path, f"it lacks {wrong}") from None
    if not all(found.values()) or not found:
        raise TriggerFileError(path, "it holds no trigger")
    return found


def learn_triggers(
    victim: "Victim",
    examples: "Iterable[Example]",
    start: Sequence[str],
    *,
    label: int | None = None,
    learner: "Learner | None" = None,
    seed: int = 0,
    watch: Watch = lambda _: None,
) -> Triggers:
    """A trigger for each class, or for one, from the texts that the victim gets right.

    Raises CapabilityError, NothingToLearnError, and VictimError for a text that the victim breaks on.
    """
    from attacks.core.goals import Untargeted
    from attacks.core.ports import Capability
    from attacks.core.universal import Learner
    from attacks.training.metering import Meter

    if Capability.GRADIENTS not in victim.can:
        raise CapabilityError("trigger", victim.name, (Capability.GRADIENTS,))
    meter = Meter(victim)
    right = meter.right(examples)
    labels = sorted({it for _, it in right}) if label is None else [label]
    found = []
    for one in labels:
        texts = [text for text, it in right if it == one]
        if not texts:
            break
        chance = Random(sha256(f"{seed}:{one}".encode()).digest())
        learning = (learner or Learner()).learn(texts, tuple(start), chance)
        learnt = meter.drive(learning, Untargeted(one), lambda it, one=one: watch(f"class {one}: {it:,} queries"))  # type: ignore[misc]
        found.append(Trigger(one, learnt.words, len(texts), round(learnt.score, 6), round(learnt.success, 6)))
    if not found:
        raise NothingToLearnError(victim.name, label)
    return Triggers(victim.name, victim.fingerprint, seed, meter.asked, len(meter.seen), tuple(found))


def trigger(
    victim: Annotated[str, typer.Option("--victim", help="Whose gradients to read: hf:MODEL or torch:FOLDER.")],
    data: Annotated[Path, typer.Option("--data", help="Texts with labels: .tsv, .csv or .jsonl.")],
    out: Annotated[Path, typer.Option("--out", help="File for the triggers, .json.")],
    length: Annotated[int, typer.Option("--length", help="Words of a trigger.", min=1)] = 3,
    limit: Annotated[int | None, typer.Option("--limit", help="Only so many texts.", min=1)] = None,
    label: Annotated[int | None, typer.Option("--label", help="Only lead away from this class.")] = None,
    avoid: Annotated[Path | None, typer.Option("--avoid", help="Words that no trigger may hold, one a line.")] = None,
    language: Annotated[str, typer.Option("--language", help="en or zh.")] = "en",
    rounds: Annotated[int, typer.Option("--rounds", help="Most batches of texts to learn from.", min=1)] = 15,
    width: Annotated[int, typer.Option("--beam", help="Triggers that are followed at a time.", min=1)] = 1,
    seed: Annotated[int, typer.Option("--seed", help="Of the order of texts.")] = 0,
) -> None:
    """Learn words that lead a model away from a class whatever text they stand before; attack with uat:FILE."""
    from rich.console import Console

    from arena.terminal import plain
    from attacks.commands.showing import check_new
    from attacks.core.universal import Learner
    from attacks.data.examples import read_examples
    from attacks.opening import RefusedAttackError, refusals, victim_named

    if language not in START:
        raise RefusedAttackError(f"language {language!r} is none of {', '.join(START)}")
    check_new(out)
    with refusals():
        spared = set(avoid.read_text(encoding="utf-8").casefold().split()) if avoid is not None else set()
        learner = Learner(
            width=width, rounds=rounds, allowed=lambda word: word.isalpha() and word.casefold() not in spared
        )
        opened = cast("GradientVictim", victim_named(victim))
        console = Console(stderr=True)
        with console.status("learning") as status:
            made = learn_triggers(
                opened,
                read_examples(data, limit),
                (START[language],) * length,
                label=label,
                learner=learner,
                seed=seed,
                watch=status.update,
            )
    out.write_text(made.to_json(), encoding="utf-8")
    for it in made.triggers:
        share = f"{100 * it.success:.1f} % of {it.texts} texts"
        sys.stdout.write(plain(f"class {it.label}: {' '.join(it.words)}  leads {share} away") + "\n")
    sys.stdout.write(f"{made.queries:,} queries, {made.asked:,} with repeats; written to {out}\n")
