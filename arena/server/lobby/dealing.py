"""Which word a match is played for, so that memory gains nothing.

An account never defends a word that it attacked with or was dealt before, and never attacks with a word that it defends
at this moment. All its agents share its memory. Where every word of a list was met, the one met longest ago is dealt,
and that match is not rated. What an account reads elsewhere (another's match, a list) is not followed.
"""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import ColumnElement, Connection, case, func, insert, select, update

from arena.core.hits import Language
from arena.core.rules import Rules
from arena.core.seeds import MatchSeeds
from arena.core.verdict import Role
from arena.server.errors import ConflictError
from arena.server.hall import LiveMatch
from arena.server.lobby.opening import Opener
from arena.server.players import Player
from arena.store import StoreLog
from arena.store.beside import SEEN
from arena.words.lists import Level, deal, level_of, load_list

FEW = 32
"""Words that are tried before all that an account has seen is read."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """A word for one match. `is_fresh` is False where the defender's account has met it."""

    word: str
    is_fresh: bool


def choose(words: Sequence[str], seen: Mapping[str, int], held: Collection[str], rng: Random) -> Dealt | None:
    """One of the words that the defender has not seen, else the one seen longest ago; None where all are held.

    `seen` is when the defender met each word; `held` are words that the attacker defends elsewhere right now.
    """
    fresh = [word for word in words if word not in seen and word not in held]
    if fresh:
        return Dealt(deal(fresh, rng), is_fresh=True)
    known = [word for word in words if word not in held]
    return Dealt(min(known, key=lambda word: seen[word]), is_fresh=False) if known else None


class Dealer:
    """Deals, and remembers in the log's database what each account has met."""

    def __init__(self, log: StoreLog, opener: Opener) -> None:
        self._log, self._opener = log, opener
        self._lock = threading.Lock()
        self._defended: dict[str, tuple[str, str]] = {}
        """The account and the word of each defence that is dealt, by its master seed, until its match is over."""

    async def deal(self, rules: Rules, seats: Mapping[Role, Player], master: str, level: Level | None = None) -> Dealt:
        """A word for these seats, noted as met by both accounts before anybody is told.

        `level` keeps to the words of one level. Whoever gives the match up before it began calls `forget`.
        Raises ConflictError where the attacker defends every word of the list at this moment, or LogError.
        """
        words = words_of(rules, level)
        attacker, defender = seats[Role.ATTACKER].account, seats[Role.DEFENDER].account
        live = () if attacker is None else self._opener.seats_of(attacker)
        held = {it.opening.target for it, role in live if role is Role.DEFENDER}

        given_up = threading.Event()

        def job(connection: Connection) -> Dealt | None:
            # The one thread that writes runs this; after a failed commit it may run once more.
            with self._lock:
                waiting = {word for account, word in self._defended.values() if account == attacker}
            rng = Random(MatchSeeds.of(master).word)
            dealt = _choose(connection, words, defender, rules.language, held | waiting, rng)
            if dealt is None:
                return None
            with self._lock:
                if defender is not None and not given_up.is_set():
                    self._defended[master] = (defender, dealt.word)
            note_seen(connection, {attacker, defender}, rules.language, dealt.word)
            return dealt

        try:
            dealt = await self._log.work(job)
        except BaseException:
            given_up.set()  # the job may be on its way still
            self.forget(master)
            raise
        if dealt is None:
            raise ConflictError(
                f"the attacker defends every word of list {rules.word_list} right now; end a match first"
            )
        return dealt

    def forget(self, master: str) -> None:
        """The match of this master seed is over, or never began."""
        with self._lock:
            self._defended.pop(master, None)

    async def ended(self, live: LiveMatch) -> None:
        """Note that both accounts have seen the word revealed. Raises LogError."""
        opening = live.opening
        accounts = {player.account for player in opening.seats.values()}
        try:
            await self._log.work(lambda it: note_seen(it, accounts, opening.rules.language, opening.target))
        finally:
            self.forget(opening.master)


def words_of(rules: Rules, level: Level | None = None) -> tuple[str, ...]:
    """The words that such a match may be played for."""
    words = load_list(rules.word_list).words
    if level is None:
        return words
    return tuple(word for word in words if level_of(word, rules.language) is level)


def has_seen(connection: Connection, account: str, language: Language, word: str) -> bool:
    """Whether an account has met a word."""
    rows = select(SEEN.c.tick).where(*_seen_by(account, language), SEEN.c.word == word)
    return connection.execute(rows).first() is not None


def note_seen(connection: Connection, accounts: Iterable[str | None], language: Language, word: str) -> None:
    """Write down that these accounts have met a word, now; None has no memory."""
    is_word = case((SEEN.c.word == word, SEEN.c.tick))
    for account in accounts:
        if account is None:
            continue
        theirs = _seen_by(account, language)
        newest, known = connection.execute(select(func.max(SEEN.c.tick), func.max(is_word)).where(*theirs)).one()
        if known is None:
            row = {"account": account, "language": language.value, "word": word, "tick": (newest or 0) + 1}
            connection.execute(insert(SEEN).inline(), row)
        elif known != newest:
            connection.execute(update(SEEN).where(*theirs, SEEN.c.word == word).values(tick=newest + 1))


def _seen_by(account: str, language: Language) -> tuple[ColumnElement[bool], ...]:
    return SEEN.c.account == account, SEEN.c.language == language.value


def _choose(
    connection: Connection,
    words: Sequence[str],
    defender: str | None,
    language: Language,
    held: Collection[str],
    rng: Random,
) -> Dealt | None:
    """The same as `choose`, for an account: all that it has seen is read only where a few words were not enough.

    The first fresh word in a random order is as good as a random fresh word.
    """
    if defender is None:
        return choose(words, {}, held, rng)
    rows = select(SEEN.c.word, SEEN.c.tick).where(*_seen_by(defender, language))
    few = rng.sample(words, min(FEW, len(words)))
    seen = {row.word for row in connection.execute(rows.where(SEEN.c.word.in_(few)))}
    for word in few:
        if word not in seen and word not in held:
            return Dealt(word, is_fresh=True)
    return choose(words, {row.word: row.tick for row in connection.execute(rows)}, held, rng)
