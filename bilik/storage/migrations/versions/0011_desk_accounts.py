"""Accounts at the panitia's desk on the web, and their sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_key", sa.String(240), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("stamp", sa.LargeBinary(16), nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("totp", sa.LargeBinary, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.Column("invitation_hash", sa.LargeBinary(32)),
        sa.Column("invited_until", sa.DateTime),
        sa.UniqueConstraint("name_key", name="uq_accounts_name_key"),
        sa.UniqueConstraint("invitation_hash", name="uq_accounts_invitation_hash"),
    )
    op.create_table(
        "desk_sessions",
        sa.Column("id_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("begun_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("confirmed_at", sa.DateTime),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_desk_sessions_account_id"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_desk_sessions_account_id", "desk_sessions", ["account_id"])


def downgrade() -> None:
    op.drop_table("desk_sessions")
    op.drop_table("accounts")
