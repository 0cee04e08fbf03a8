"""What the log stores. Rows stand apart from the game's values; the events are the truth, results are derived."""

from sqlalchemy import BigInteger, Boolean, ForeignKeyConstraint, Index, Integer, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class EventRow(SQLModel, table=True):
    """One event. `line` is its JSON text, embedded unchanged in every export; `id` is the order of arrival."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("match", "seq", name="event_match_seq"),
        # The order of matches is the order of their first events.
        Index("event_first", "id", sqlite_where=text("seq = 0"), postgresql_where=text("seq = 0")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite"))
    match: str = Field(sa_type=Text)
    seq: int = Field(sa_type=Integer)
    line: str = Field(sa_type=Text)


class WordsRow(SQLModel, table=True):
    """What a person wrote in one event: JSON text of `seq`, `text`, `guess` and `salt`. Redaction deletes the row."""

    __tablename__ = "words"
    __table_args__ = (ForeignKeyConstraint(["match", "seq"], ["event.match", "event.seq"], name="words_event"),)

    match: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(primary_key=True, sa_type=Integer)
    line: str = Field(sa_type=Text)


class ResultRow(SQLModel, table=True):
    """One finished match, derived from its events. `rules` is JSON text; `winner` NULL means nobody."""

    __tablename__ = "result"

    match: str = Field(primary_key=True, sa_type=Text)
    attacker: str = Field(sa_type=Text, index=True)
    attacker_version: str = Field(sa_type=Text)
    defender: str = Field(sa_type=Text, index=True)
    defender_version: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    word_list: str = Field(sa_type=Text)
    rules: str = Field(sa_type=Text)
    pair: str | None = Field(sa_type=Text)
    started_at: str = Field(sa_type=Text)
    turns: int = Field(sa_type=Integer)
    rated: bool = Field(sa_type=Boolean)
    winner: str | None = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    cause: str | None = Field(sa_type=Text)
    judge: str | None = Field(sa_type=Text)
    label: str | None = Field(sa_type=Text)


EVENT: Table = SQLModel.metadata.tables["event"]
WORDS: Table = SQLModel.metadata.tables["words"]
RESULT: Table = SQLModel.metadata.tables["result"]
