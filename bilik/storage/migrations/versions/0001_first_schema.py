"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "elections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("slug", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("roll_hash", sa.LargeBinary(32)),
        sa.UniqueConstraint("slug", name="uq_elections_slug"),
    )
    op.create_table(
        "voters",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("election_id", sa.Integer, nullable=False),
        sa.Column("nik_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("nik_masked", sa.String(16), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("tps", sa.Text, nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(32)),
        sa.Column("code_verifier", sa.LargeBinary(32)),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name="fk_voters_election_id"),
        sa.UniqueConstraint("election_id", "nik_hash", name="uq_voters_election_id"),
    )
    op.create_index("ix_voters_nik_hash", "voters", ["nik_hash"])
    op.create_table(
        "participations",
        sa.Column("voter_id", _ID, primary_key=True, autoincrement=False),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"], name="fk_participations_voter_id"),
    )
    op.create_table(
        "ballots",
        sa.Column("tracker", sa.LargeBinary(32), primary_key=True),
        sa.Column("election_id", sa.Integer, nullable=False),
        sa.Column("receipt", sa.String(11), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name="fk_ballots_election_id"),
        sa.UniqueConstraint("election_id", "receipt", name="uq_ballots_election_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sessions",
        sa.Column("sender_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "attempts",
        sa.Column("subject", sa.LargeBinary(32), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("blocked_until", sa.DateTime, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("attempts", "sessions", "ballots", "participations", "voters", "elections"):
        op.drop_table(table)
