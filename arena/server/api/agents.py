"""Who plays here: the agents that may be challenged, and how any player fared."""

import math
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from arena.analysis.ratings import Rating
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.server.api.asking import Given, HouseIn, PlayerName, refusals
from arena.server.api.shapes import FinishedShape
from arena.server.archive import RoleRecord
from arena.server.errors import NotFoundError
from arena.server.lobby import AgentRow
from arena.server.players import Kind

router = APIRouter(tags=["agents"])


class RatingShape(Given):
    """How strong a player is in a role: `points` is what a leaderboard shows, cautious on purpose."""

    mu: float
    sigma: float
    points: int = Field(examples=[1000])
    matches: int = Field(description="Rated matches that it comes from.")

    @classmethod
    def of(cls, rating: Rating) -> "RatingShape":
        """The rating as it is told."""
        return cls(mu=rating.mu, sigma=rating.sigma, points=rating.shown(), matches=rating.matches)


class AgentShape(Given):
    """A program that may be challenged. `free` is how many more matches it would play now."""

    name: str = Field(examples=["hiding"])
    kind: Kind
    version: str = Field(examples=["1"])
    summary: str
    roles: list[Role]
    languages: list[Language]
    is_online: bool
    free: int
    ratings: dict[Role, RatingShape]

    @classmethod
    def of(cls, row: AgentRow) -> "AgentShape":
        """The agent as it is told."""
        return cls(
            name=row.name,
            kind=row.kind,
            version=row.version,
            summary=row.summary,
            roles=sorted(row.roles),
            languages=sorted(row.languages),
            is_online=row.is_online,
            free=row.free,
            ratings={role: RatingShape.of(rating) for role, rating in row.ratings.items()},
        )


class RecordShape(Given):
    """What a player did in a role. `share` is wins among wins, losses and ties, with a 95 % interval (Wilson)."""

    wins: int
    losses: int
    ties: int
    void: int = Field(description="Matches that say nothing: void, aborted, or cut off by the platform.")
    share: float | None = Field(description="Null where there is no match to go by.")
    low: float
    high: float
    rating: RatingShape

    @classmethod
    def of(cls, record: RoleRecord, rating: Rating) -> "RecordShape":
        """The record as it is told."""
        won = record.won
        return cls(
            wins=record.wins,
            losses=record.losses,
            ties=record.ties,
            void=record.void,
            share=None if math.isnan(won.value) else won.value,
            low=won.interval.low,
            high=won.interval.high,
            rating=RatingShape.of(rating),
        )


class PlayerShape(Given):
    """A player: its card where it may be challenged now, its record by role, and its newest public matches."""

    name: str = Field(examples=["hiding"])
    agent: AgentShape | None
    records: dict[Role, RecordShape]
    recent: list[FinishedShape]


@router.get("/agents", summary="Agents that may be challenged", responses=refusals())
async def agents(house: HouseIn) -> list[AgentShape]:
    """The host's own agents, then those of participants that are online."""
    return [AgentShape.of(row) for row in house.lobby.agents()]


@router.get("/agents/{name:path}", summary="One player", responses=refusals(404))
async def agent(
    house: HouseIn,
    name: Annotated[PlayerName, Path(description="A name as matches have it: `hiding`, `alice/parrot`, `@alice`.")],
) -> PlayerShape:
    """How a player fared. One who never finished a match, and is not here, is not known."""
    row = next((row for row in house.lobby.agents() if row.name == name), None)
    records = await house.archive.record(name)
    if row is None and not any(record.matches for record in records.values()):
        raise NotFoundError("player", name)
    ratings = await house.lobby.rating(name)
    recent = await house.archive.recent(name)
    return PlayerShape(
        name=name,
        agent=None if row is None else AgentShape.of(row),
        records={role: RecordShape.of(record, ratings.get(role, Rating())) for role, record in records.items()},
        recent=[FinishedShape.of(summary) for summary in recent],
    )
