"""What comes in from chat platforms: what was processed, what waits, what is known of a chat."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "processed_messages",
        sa.Column("id_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "chats",
        sa.Column("chat_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("claimed_by", sa.String(32)),
        sa.Column("claimed_until", sa.DateTime),
        sa.Column("forget_on", sa.Date, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "waiting_messages",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("chat_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.DateTime, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_waiting_messages_chat_hash", "waiting_messages", ["chat_hash"])


def downgrade() -> None:
    for table in ("waiting_messages", "chats", "processed_messages"):
        op.drop_table(table)
