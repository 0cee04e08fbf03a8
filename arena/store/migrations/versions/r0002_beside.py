"""The tables beside the log: accounts, tokens, seats, words seen, ratings, reports."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = ("hidden", "report", "rating", "seen", "seat", "hosted", "token", "login", "account")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), primary_key=True) for name in names]


def _maybe(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text()) for name in names]


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account",
        *_key("id"),
        *_text("name"),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        *_text("rank"),
        *_maybe("password"),
        *_text("created_at"),
        *_maybe("agreed_at", "banned_at"),
    )
    op.create_table("login", *_key("id"), *_text("account", "created_at", "expires_at"))
    op.create_index("ix_login_account", "login", ["account"])
    op.create_table(
        "token",
        *_key("id"),
        *_text("account"),
        sa.Column("hash", sa.Text(), nullable=False, unique=True),
        *_text("label", "scopes", "created_at", "expires_at"),
        *_maybe("revoked_at", "used_at"),
    )
    op.create_index("ix_token_account", "token", ["account"])
    op.create_table(
        "hosted",
        *_key("match"),
        *_text("preset", "language"),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        *_text("opened_at"),
    )
    op.create_table("seat", *_key("match", "role"), *_maybe("account"), *_text("player", "kind"))
    op.create_index("ix_seat_account", "seat", ["account"])
    op.create_index("seat_player", "seat", ["player"])
    op.create_table("seen", *_key("account", "language", "word"), sa.Column("tick", sa.Integer(), nullable=False))
    op.create_table(
        "rating",
        *_key("player", "role"),
        sa.Column("mu", sa.Float(), nullable=False),
        sa.Column("sigma", sa.Float(), nullable=False),
        sa.Column("matches", sa.Integer(), nullable=False),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), primary_key=True),
        *_text("match"),
        sa.Column("seq", sa.Integer(), nullable=False),
        *_maybe("account"),
        *_text("reason", "created_at"),
        *_maybe("outcome"),
    )
    op.create_index("ix_report_match", "report", ["match"])
    op.create_table("hidden", *_key("match"), sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False))


def downgrade() -> None:
    """Drop the tables."""
    for table in TABLES:
        op.drop_table(table)
