"""Where a match stands: a value, and what each event does to it.

The machine and the replayer both move through positions by `Position.after`, so playing and replaying cannot differ.
"""

from dataclasses import dataclass, replace

from arena.core.actions import Said
from arena.core.events import Acted, Body, Finished, Refused, Resumed, Started, Suspended
from arena.core.rules import OnRuling, Rules
from arena.core.verdict import Role, Verdict


@dataclass(frozen=True, slots=True)
class Position:
    """Everything that decides what may happen next. Times are milliseconds of match time.

    `since` is when the clock of the seat to move started; `bank` is what each seat has left beyond its turns' own time.
    `refusals` counts those of the seat to move in this turn; `warned` holds the seats that had their one warning.
    """

    rules: Rules
    target: str
    history: tuple[Said, ...] = ()
    turn: int = 1
    to_move: Role = Role.ATTACKER
    guesses_left: int = 0
    refusals: int = 0
    warned: frozenset[Role] = frozenset()
    since: int = 0
    attacker_bank: int = 0
    defender_bank: int = 0
    is_suspended: bool = False
    verdict: Verdict | None = None

    @classmethod
    def opening(cls, started: Started) -> "Position":
        """The position before the first action."""
        rules = started.rules
        return cls(
            rules,
            started.target,
            guesses_left=rules.guess_limit,
            attacker_bank=rules.bank_ms,
            defender_bank=rules.bank_ms,
        )

    @property
    def bank(self) -> int:
        """The bank of the seat to move."""
        return self.attacker_bank if self.to_move is Role.ATTACKER else self.defender_bank

    @property
    def deadline(self) -> int:
        """The match time at which the seat to move is out of time."""
        return self.since + self.rules.turn_ms + self.bank

    def after(self, body: Body, at: int) -> "Position":
        """The position after an event at match time `at`."""
        if isinstance(body, Acted):
            return self._after_action(body, at)
        if isinstance(body, Refused):
            return replace(self, refusals=self.refusals + 1)
        if isinstance(body, Suspended):
            return replace(self, is_suspended=True)
        if isinstance(body, Resumed):
            return replace(self, is_suspended=False)
        if isinstance(body, Finished):
            return replace(self, verdict=body.verdict)
        return self

    def _after_action(self, acted: Acted, at: int) -> "Position":
        role, action, warned = acted.role, acted.action, self.warned
        is_ruled_against = self.rules.on_ruling is OnRuling.WARN_ONCE and first_against(self.rules, acted) is not None
        if is_ruled_against:
            warned = warned | {role}
        is_attacker = role is Role.ATTACKER
        attacker_bank, defender_bank = self.attacker_bank, self.defender_bank
        overtime = at - self.since - self.rules.turn_ms
        if overtime > 0 and is_attacker:
            attacker_bank -= overtime
        elif overtime > 0:
            defender_bank -= overtime
        text = action.text if acted.has_words else None
        return Position(
            self.rules,
            self.target,
            (*self.history, Said(role, acted.turn, text, action.guess, is_ruled_against)),
            self.turn if is_attacker else self.turn + 1,
            Role.DEFENDER if is_attacker else Role.ATTACKER,
            self.guesses_left - (acted.right is not None),
            0,
            warned,
            at,
            attacker_bank,
            defender_bank,
        )


def first_against(rules: Rules, acted: Acted) -> tuple[str, str] | None:
    """The (judge, label) of the first ruling against the utterance, in the order in which the judges sit."""
    for ruling in acted.rulings:
        if ruling.is_against(rules.judge(ruling.judge).threshold):
            return ruling.judge, ruling.label
    return None
