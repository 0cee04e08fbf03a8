"""What a seat is shown. The defender's view has no field for the target: a secret is absent, not filtered."""

from dataclasses import dataclass

from arena.core.actions import Said
from arena.core.rules import Rules
from arena.core.verdict import Role


@dataclass(frozen=True, slots=True)
class View:
    """What both sides know. `ms_left` is the time for this action, bank included; `seed` is this seat's own."""

    rules: Rules
    turn: int
    history: tuple[Said, ...]
    guesses_left: int
    ms_left: int
    seed: int
    refusals: int = 0

    @property
    def turns_left(self) -> int:
        """Turns still to play, this one included."""
        return self.rules.max_turns - self.turn + 1

    def said_by(self, role: Role) -> tuple[str, ...]:
        """The utterances of one side, oldest first, redacted ones left out."""
        return tuple(said.text for said in self.history if said.role is role and said.text is not None)


@dataclass(frozen=True, slots=True)
class AttackerView(View):
    """What the attacker is shown: all that both know, and the target."""

    target: str = ""

    @property
    def role(self) -> Role:
        """The seat that this view is for."""
        return Role.ATTACKER


@dataclass(frozen=True, slots=True)
class DefenderView(View):
    """What the defender is shown: all that both know, and nothing else."""

    @property
    def role(self) -> Role:
        """The seat that this view is for."""
        return Role.DEFENDER
