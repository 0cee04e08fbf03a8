"""The first form of the log: events, people's words, results."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("match", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.UniqueConstraint("match", "seq", name="event_match_seq"),
    )
    first = sa.text("seq = 0")
    op.create_index("event_first", "event", ["id"], sqlite_where=first, postgresql_where=first)
    op.create_table(
        "words",
        sa.Column("match", sa.Text(), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["match", "seq"], ["event.match", "event.seq"], name="words_event"),
    )
    op.create_table(
        "result",
        sa.Column("match", sa.Text(), primary_key=True),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("attacker", "attacker_version", "defender", "defender_version", "target", "word_list", "rules")
        ),
        sa.Column("pair", sa.Text()),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("rated", sa.Boolean(), nullable=False),
        sa.Column("winner", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("cause", "judge", "label")),
    )
    op.create_index("ix_result_attacker", "result", ["attacker"])
    op.create_index("ix_result_defender", "result", ["defender"])


def downgrade() -> None:
    """Drop the three tables."""
    for table in ("result", "words", "event"):
        op.drop_table(table)
