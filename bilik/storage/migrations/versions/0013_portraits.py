"""Candidates' photos, made small."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "portraits",
        sa.Column("election_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("contest", sa.String(40), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name="fk_portraits_election_id"),
    )


def downgrade() -> None:
    op.drop_table("portraits")
