"""The chain of published ballots, and interim counts.

Ballots of elections that were counted before get their places in the chain when they are next
exported: the order of their trackers, as their archives have always had it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("ballots", sa.Column("position", sa.Integer))
    op.add_column("ballots", sa.Column("credential_hash", sa.LargeBinary(32)))
    op.create_index("uq_ballots_position", "ballots", ["election_id", "position"], unique=True)
    op.create_index(
        "uq_ballots_credential_hash", "ballots", ["election_id", "credential_hash"], unique=True
    )
    op.create_index(
        "ix_ballots_unpublished",
        "ballots",
        ["election_id", "tracker"],
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_table(
        "chains",
        sa.Column("election_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_event", sa.LargeBinary, nullable=False),
        sa.Column("summed", sa.Integer, nullable=False),
        sa.Column("sealed_sum", sa.LargeBinary),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name="fk_chains_election_id"),
    )
    op.create_table(
        "interim_counts",
        sa.Column("election_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("ballots", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["election_id"], ["elections.id"], name="fk_interim_counts_election_id"
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("interim_counts")
    op.drop_table("chains")
    op.drop_index("ix_ballots_unpublished", "ballots")
    op.drop_index("uq_ballots_credential_hash", "ballots")
    op.drop_index("uq_ballots_position", "ballots")
    op.drop_column("ballots", "credential_hash")
    op.drop_column("ballots", "position")
