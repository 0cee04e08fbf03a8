"""The tables beside the log: accounts, who sat where, what players have seen, what was measured.

Nothing of a match depends on them. Times are ISO 8601 in UTC. What is named `account` is an `AccountRow.id`.
"""

from sqlalchemy import Boolean, Float, ForeignKeyConstraint, Index, Integer, Table, Text
from sqlmodel import Field, SQLModel


class AccountRow(SQLModel, table=True):
    """One person. `key` is the name as the eye sees it, so that no two look alike; a guest has no password."""

    __tablename__ = "account"

    id: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text, unique=True)
    rank: str = Field(sa_type=Text)
    password: str | None = Field(sa_type=Text)
    created_at: str = Field(sa_type=Text)
    agreed_at: str | None = Field(sa_type=Text)
    banned_at: str | None = Field(sa_type=Text)


class LoginRow(SQLModel, table=True):
    """One browser that is logged in; `id` is the hash of its cookie."""

    __tablename__ = "login"

    id: str = Field(primary_key=True, sa_type=Text)
    account: str = Field(sa_type=Text, index=True)
    created_at: str = Field(sa_type=Text)
    expires_at: str = Field(sa_type=Text)


class TokenRow(SQLModel, table=True):
    """One API token, by its hash; `scopes` are words with spaces between."""

    __tablename__ = "token"

    id: str = Field(primary_key=True, sa_type=Text)
    account: str = Field(sa_type=Text, index=True)
    hash: str = Field(sa_type=Text, unique=True)
    label: str = Field(sa_type=Text)
    scopes: str = Field(sa_type=Text)
    created_at: str = Field(sa_type=Text)
    expires_at: str = Field(sa_type=Text)
    revoked_at: str | None = Field(sa_type=Text)
    used_at: str | None = Field(sa_type=Text)


class HostedRow(SQLModel, table=True):
    """One match that this server hosted: how it came about, and who may see it before it is over."""

    __tablename__ = "hosted"

    match: str = Field(primary_key=True, sa_type=Text)
    preset: str = Field(sa_type=Text)
    language: str = Field(sa_type=Text)
    is_private: bool = Field(sa_type=Boolean)
    opened_at: str = Field(sa_type=Text)


class SeatRow(SQLModel, table=True):
    """Who sits in a role of a hosted match. `account` NULL is a built-in agent; `player` is the name in the log."""

    __tablename__ = "seat"
    __table_args__ = (Index("seat_player", "player"),)

    match: str = Field(primary_key=True, sa_type=Text)
    role: str = Field(primary_key=True, sa_type=Text)
    account: str | None = Field(sa_type=Text, index=True)
    player: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)


class SeenRow(SQLModel, table=True):
    """A word that an account attacked with or saw revealed; `tick` orders them."""

    __tablename__ = "seen"

    account: str = Field(primary_key=True, sa_type=Text)
    language: str = Field(primary_key=True, sa_type=Text)
    word: str = Field(primary_key=True, sa_type=Text)
    tick: int = Field(sa_type=Integer)


class RatingRow(SQLModel, table=True):
    """How strong a player is in a role, derived from the results: mean and standard deviation."""

    __tablename__ = "rating"

    player: str = Field(primary_key=True, sa_type=Text)
    role: str = Field(primary_key=True, sa_type=Text)
    mu: float = Field(sa_type=Float)
    sigma: float = Field(sa_type=Float)
    matches: int = Field(sa_type=Integer)


class ReportRow(SQLModel, table=True):
    """An utterance that somebody reported; `outcome` NULL waits for an admin."""

    __tablename__ = "report"

    id: int | None = Field(default=None, primary_key=True)
    match: str = Field(sa_type=Text, index=True)
    seq: int = Field(sa_type=Integer)
    account: str | None = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    created_at: str = Field(sa_type=Text)
    outcome: str | None = Field(sa_type=Text)


class HiddenRow(SQLModel, table=True):
    """An utterance that pages and the API no longer show. The log keeps it."""

    __tablename__ = "hidden"

    match: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(primary_key=True, sa_type=Integer)


class MeasureRow(SQLModel, table=True):
    """What a measure found at one event of a finished match. `facts` is JSON text, in one form.

    `fingerprint` is the model's, `prompt` changes with what the model was asked: a number is there once for each.
    """

    __tablename__ = "measure"
    __table_args__ = (ForeignKeyConstraint(["match", "seq"], ["event.match", "event.seq"], name="measure_event"),)

    match: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(primary_key=True, sa_type=Integer)
    measure: str = Field(primary_key=True, sa_type=Text)
    fingerprint: str = Field(primary_key=True, sa_type=Text)
    prompt: str = Field(primary_key=True, sa_type=Text)
    model: str = Field(sa_type=Text)
    facts: str = Field(sa_type=Text)


ACCOUNT: Table = SQLModel.metadata.tables["account"]
LOGIN: Table = SQLModel.metadata.tables["login"]
TOKEN: Table = SQLModel.metadata.tables["token"]
HOSTED: Table = SQLModel.metadata.tables["hosted"]
SEAT: Table = SQLModel.metadata.tables["seat"]
SEEN: Table = SQLModel.metadata.tables["seen"]
RATING: Table = SQLModel.metadata.tables["rating"]
REPORT: Table = SQLModel.metadata.tables["report"]
HIDDEN: Table = SQLModel.metadata.tables["hidden"]
MEASURE: Table = SQLModel.metadata.tables["measure"]
