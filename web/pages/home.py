"""The first page: what this is, a match within seconds, and what is played at this moment."""

import asyncio
import secrets
from dataclasses import dataclass
from functools import lru_cache

from fastapi import APIRouter, Request, Response

from arena.core.errors import TabooError
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.server.archive import MatchQuery
from arena.server.callers import caller
from arena.server.errors import ConflictError, InputError
from arena.server.hall import LiveMatch
from arena.server.house import House, house_of
from arena.server.lobby import OpenSeat, Terms
from arena.server.players import Kind
from web.i18n import words
from web.render import Sent, see_other, sent, show, words_for
from web.ruleboard import read
from web.sessions import let_in, who_plays
from web.wrongs import wrong_of

router = APIRouter()

LIVE_SHOWN, RECENT_SHOWN = 6, 5
_FIELDS = ("nickname", "name", "agree", "role", "language")


@dataclass(frozen=True)
class LiveCard:
    """What anybody may know of a live match: never who plays, nor the word."""

    id: str
    language: str
    word_list: str
    preset: str
    turn: int
    max_turns: int
    started_at: str
    watchers: int


def live_cards(house: House, most: int | None = None) -> list[LiveCard]:
    """The public live matches, newest first."""
    lives = [it for it in reversed(list(house.hall.live.values())) if not it.opening.is_private]
    return [
        LiveCard(
            id=it.id,
            language=it.opening.rules.language.value,
            word_list=it.opening.rules.word_list,
            preset=it.opening.preset,
            turn=min(it.position.turn, it.opening.rules.max_turns),
            max_turns=it.opening.rules.max_turns,
            started_at=it.started_at,
            watchers=it.watchers,
        )
        for it in lives[:most]
    ]


@router.get("/")
async def home(request: Request) -> Response:
    """The first page."""
    return await _home(request, Sent({}))


@router.post("/play-now")
async def play_now(request: Request) -> Response:
    """Opens a match against one of the host's own agents, for a guest where nobody is signed in."""
    form, who = await sent(request), await caller(request)
    try:
        role, language = _role(form), wished_language(form, request)
        opponent = _opponent(house_of(request), role.other, language)
        account, is_new = await who_plays(request, who, form)
        opened = await house_of(request).lobby.challenge(account, opponent, role, Terms(language=language))
    except TabooError as wrong:
        return await _home(request, form, wrong)
    response = see_other(request, opened_at(opened))
    return await let_in(request, response, account) if is_new else response


async def _home(request: Request, form: Sent, error: TabooError | None = None) -> Response:
    house, who = house_of(request), await caller(request)
    wrong = None if error is None else wrong_of(error, words_for(request), fields=_FIELDS)
    found = await house.archive.matches(MatchQuery(limit=RECENT_SHOWN), who.viewer)
    return await show(
        request,
        "home.html",
        200 if wrong is None else wrong.status,
        form=form,
        wrong=wrong,
        live=live_cards(house, LIVE_SHOWN),
        recent=[it for it in found.items if not it.is_private],
        example=await asyncio.to_thread(_example, words_for(request).language),
        is_draining=house.hall.is_draining,
    )


@lru_cache(maxsize=2)
def _example(language: Language) -> tuple[tuple[str, int, tuple[tuple[str, bool], ...]], ...]:
    """A short exchange: who speaks in which turn, and what they say, cut where it says the word."""
    tell = words(language)
    said = [read(tell(f"home.example_{number}"), tell("home.example_word"), language) for number in (1, 2, 3, 4)]
    sides = (Role.ATTACKER.value, Role.DEFENDER.value)
    return tuple(
        (sides[place % 2], place // 2 + 1, tuple((part.text, part.counts) for part in line.parts))
        for place, line in enumerate(said)
    )


def _role(form: Sent) -> Role:
    chosen = form.text("role")
    if chosen in list(Role):
        return Role(chosen)
    if chosen != "any":
        raise InputError("role", "choose attacker, defender or either")
    return (Role.ATTACKER, Role.DEFENDER)[secrets.randbelow(2)]


def opened_at(opened: LiveMatch | OpenSeat) -> str:
    """Where a player goes on once a challenge is accepted, or waits until it is."""
    return f"/seat/{opened.code}" if isinstance(opened, OpenSeat) else f"/play/{opened.id}"


def wished_language(form: Sent, request: Request) -> Language:
    """The language that a form chose, or else that of the page."""
    chosen = form.text("language")
    return Language(chosen) if chosen in list(Language) else words_for(request).language


def _opponent(house: House, role: Role, language: Language) -> str:
    """One of the host's own agents that can play the role in the language. Raises ConflictError."""
    fit = [
        it.name
        for it in house.lobby.agents()
        if it.kind is Kind.BUILT_IN and role in it.roles and language in it.languages
    ]
    if not fit:
        raise ConflictError("none of the host's own agents plays that role in that language; look into the lobby")
    return fit[secrets.randbelow(len(fit))]
