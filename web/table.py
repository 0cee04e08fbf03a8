"""A match at the table: what the play and watch pages know of it, made only of what their viewer may see.

A live match is read through its projections, so the page of a defender or a spectator never holds the word.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from arena.core.projection import Audience
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.server.hall import LiveMatch
from arena.server.people import Account
from arena.server.players import Kind
from arena.wire.closing import CLOSES
from web.i18n import Words
from web.talk import Line, Row, lines

CLOSE_CODES = {int(code): {"reason": it.reason, "comes_back": it.comes_back} for code, it in CLOSES.items()}
"""The protocol's table of close codes, for the page's script."""
_AUDIENCES = {Role.ATTACKER: Audience.ATTACKER, Role.DEFENDER: Audience.DEFENDER, None: Audience.SPECTATOR}


@dataclass(frozen=True, slots=True)
class Table:
    """A live match as one audience sees it.

    `role` None is a spectator's, and only an attacker's has a `target`. `ms_left` is None while the viewer is not to
    move; `since` is the match time at which the clock of the seat to move started.
    """

    match: str
    role: Role | None
    rules: Rules
    rated: bool
    said: tuple[Line, ...]
    seq: int
    turn: int
    to_move: Role
    guesses_left: int
    banks: Mapping[Role, int]
    since: int
    ms_left: int | None
    watchers: int
    target: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether the viewer is to move."""
        return self.ms_left is not None

    @property
    def bank_left(self) -> int:
        """What the viewer's bank holds, in milliseconds."""
        bank = self.banks[self.role] if self.role is not None else 0
        return bank if self.ms_left is None else min(bank, self.ms_left)

    @property
    def turn_left(self) -> int:
        """What is left of the viewer's turn before the bank is drawn on, in milliseconds."""
        return self.rules.turn_ms if self.ms_left is None else max(0, self.ms_left - self.bank_left)

    def to_page(self) -> dict[str, object]:
        """What the page's script goes on from."""
        return {
            "match": self.match,
            "seq": self.seq,
            "turn": self.turn,
            "is_asked": self.is_asked,
            "ms_left": self.ms_left,
            "banks": {role.value: bank for role, bank in self.banks.items()},
            "since": self.since,
            "turn_ms": self.rules.turn_ms,
            "bank_ms": self.rules.bank_ms,
            "max_chars": self.rules.max_chars,
            "max_turns": self.rules.max_turns,
            "guesses_left": self.guesses_left,
        }

    def words(self, tell: Words) -> dict[str, str]:
        """What the page's script says."""
        ruling = tell(f"talk.on_ruling_{self.rules.on_ruling.value}")
        return {**tell.section("live"), **tell.section("talk"), "on_ruling": ruling}


def table_of(live: LiveMatch, role: Role | None) -> Table:
    """The match as a role, or a spectator, may see it."""
    position, rows = live.position, live.rows(_AUDIENCES[role])
    view = live.view(role) if role is not None else None
    return Table(
        match=live.id,
        role=role,
        rules=position.rules,
        rated=live.opening.rated,
        said=lines(rows),
        seq=rows[-1]["seq"] if rows else -1,
        turn=min(position.turn, position.rules.max_turns),
        to_move=position.to_move,
        guesses_left=position.guesses_left,
        banks={Role.ATTACKER: position.attacker_bank, Role.DEFENDER: position.defender_bank},
        since=position.since,
        ms_left=view.ms_left if view is not None else None,
        watchers=live.watchers,
        target=_target(rows),
    )


def _target(rows: list[Row] | list[dict[str, object]]) -> str:
    """The word, where these rows may hold it: those of the attacker alone do."""
    return str(rows[0].get("target", "")) if rows else ""


def live_seat(live: LiveMatch, account: Account | None) -> Role | None:
    """The seat that an account plays as a person, not by its agent; the one to move where it has both."""
    if account is None:
        return None
    roles = [role for role, it in live.opening.seats.items() if (it.account, it.kind) == (account.id, Kind.PERSON)]
    return next((role for role in roles if live.view(role) is not None), roles[0] if roles else None)


def fresh_id() -> str:
    """A name for an action that a form sends: the same form sent twice acts once."""
    return secrets.token_hex(12)


def face(ms: int) -> str:
    """Minutes and seconds, rounded up, so that 0:00 means that nothing is left."""
    seconds = max(0, -(-ms // 1000))
    return f"{seconds // 60}:{seconds % 60:02d}"
