"""What was measured of finished matches, beside their events."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "measure",
        sa.Column("match", sa.Text(), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text(), primary_key=True) for name in ("measure", "fingerprint", "prompt")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("model", "facts")),
        sa.ForeignKeyConstraint(["match", "seq"], ["event.match", "event.seq"], name="measure_event"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("measure")
