"""Later closing hours, hourly totals, channels' activity, reminders, lost letters, purges."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_ELECTION = {"primary_key": True, "autoincrement": False}


def upgrade() -> None:
    for column in (
        sa.Column("extended_until", sa.DateTime),
        sa.Column("purge_asked_by", sa.String(80)),
        sa.Column("purged_on", sa.Date),
    ):
        op.add_column("elections", column)
    op.create_table(
        "hourly_totals",
        sa.Column("election_id", sa.Integer, **_ELECTION),
        sa.Column("hour", sa.DateTime, primary_key=True),
        sa.Column("ballots", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["election_id"], ["elections.id"], name="fk_hourly_totals_election_id"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "channel_activity",
        sa.Column("server", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(32), primary_key=True),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("taken", "answered", "failed", "waiting")
        ),
        sa.Column("last_at", sa.DateTime, nullable=False),
        sa.Column("noted_at", sa.DateTime, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reminders",
        sa.Column("election_id", sa.Integer, **_ELECTION),
        sa.Column("number_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name="fk_reminders_election_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lost_letters",
        sa.Column("number", _ID, primary_key=True),
        sa.Column("voter_id", _ID, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"], name="fk_lost_letters_voter_id"),
        sa.UniqueConstraint("voter_id", name="uq_lost_letters_voter_id"),
    )


def downgrade() -> None:
    for table in ("lost_letters", "reminders", "channel_activity", "hourly_totals"):
        op.drop_table(table)
    for column in ("purged_on", "purge_asked_by", "extended_until"):
        op.drop_column("elections", column)
