"""Who plays here: the programs that may be challenged, and what each player has done so far."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from arena.core.errors import TabooError
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.server.archive import RoleRecord
from arena.server.callers import caller
from arena.server.errors import InputError, NotFoundError
from arena.server.house import House, house_of
from arena.server.lobby import AgentRow, Terms
from web.pages.home import opened_at, wished_language
from web.render import Sent, see_other, sent, show, words_for
from web.sessions import let_in, who_plays
from web.wrongs import wrong_of

router = APIRouter()

RECENT = 20


@router.get("/agents")
async def agents(request: Request) -> Response:
    """Every program that may be challenged now."""
    rows = house_of(request).lobby.agents()
    return await show(request, "agents.html", rows=rows, roles=tuple(Role))


@router.post("/agents/{name:path}/challenge")
async def challenge(request: Request, name: str) -> Response:
    """Opens a match against a program, for a guest where nobody is signed in."""
    form, who = await sent(request), await caller(request)
    try:
        if (role := form.text("role")) not in list(Role):
            raise InputError("role", "choose attacker or defender")
        terms = Terms(language=wished_language(form, request))
        account, is_new = await who_plays(request, who, form)
        opened = await house_of(request).lobby.challenge(account, name, Role(role), terms)
    except TabooError as wrong:
        return await _agent(request, name, form, wrong)
    response = see_other(request, opened_at(opened))
    return await let_in(request, response, account) if is_new else response


@router.get("/agents/{name:path}")
async def agent(request: Request, name: str) -> Response:
    """A player: a program, or a person by the name `@alice`. Raises NotFoundError for one that never played."""
    return await _agent(request, name, Sent({}))


async def _agent(request: Request, name: str, form: Sent, error: TabooError | None = None) -> Response:
    house, who = house_of(request), await caller(request)
    wrong = None if error is None else wrong_of(error, words_for(request))
    row = next((it for it in house.lobby.agents() if it.name == name), None)
    records = await house.archive.record(name)
    has_played = any(record.matches for record in records.values())
    if row is None and not has_played and not await _is_known(house, name):
        raise NotFoundError("player", name)
    return await show(
        request,
        "agent.html",
        200 if wrong is None else wrong.status,
        name=name,
        form=form,
        wrong=wrong,
        row=row,
        records={role: record for role, record in _by_role(records).items() if _counts(role, record, row)},
        ratings=await house.lobby.rating(name),
        recent=[it for it in await house.archive.recent(name, RECENT) if not it.is_private],
        roles=_roles(row, name),
        languages_of=tuple(Language) if row is None else tuple(sorted(row.languages)),
        is_you=who.account is not None and name == f"@{who.account.name}",
    )


def _by_role(records: Mapping[Role, RoleRecord]) -> dict[Role, RoleRecord]:
    return {role: records.get(role, RoleRecord()) for role in Role}


def _counts(role: Role, record: RoleRecord, row: AgentRow | None) -> bool:
    """Whether a record is worth showing: not that of a role which the program does not play."""
    return row is None or role in row.roles or record.matches > 0


def _roles(row: AgentRow | None, name: str) -> tuple[Role, ...]:
    if row is None:
        return tuple(Role) if name.startswith("@") else ()
    return tuple(role for role in Role if role in row.roles)


async def _is_known(house: House, name: str) -> bool:
    """Whether a person of the name has an account, though they never played."""
    return name.startswith("@") and await house.people.find(name[1:]) is not None
