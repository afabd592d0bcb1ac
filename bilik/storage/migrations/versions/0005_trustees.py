"""What trustees send: the messages that make a key, and their parts of a decryption."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_SERVER = 1


def upgrade() -> None:
    op.create_table(
        "trustee_messages",
        sa.Column("election_id", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("step", sa.String(11), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("election_id", "place", "step", name="pk_trustee_messages"),
        sa.ForeignKeyConstraint(
            ["election_id"], ["elections.id"], name="fk_trustee_messages_election_id"
        ),
        sqlite_with_rowid=False,
    )
    decryptions = op.create_table(
        "partial_decryptions",
        sa.Column("election_id", sa.Integer, nullable=False),
        sa.Column("owner", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("election_id", "owner", name="pk_partial_decryptions"),
        sa.ForeignKeyConstraint(
            ["election_id"], ["elections.id"], name="fk_partial_decryptions_election_id"
        ),
        sqlite_with_rowid=False,
    )
    records = _records()
    held_by_server = sa.select(
        records.c.election_id, sa.literal(_SERVER), records.c.partial_decryption
    ).where(records.c.partial_decryption.is_not(None))
    op.execute(
        decryptions.insert().from_select(["election_id", "owner", "content"], held_by_server)
    )
    op.drop_column("records", "partial_decryption")


def downgrade() -> None:
    op.add_column("records", sa.Column("partial_decryption", sa.LargeBinary))
    records = _records()
    decryptions = sa.table(
        "partial_decryptions", sa.column("election_id"), sa.column("owner"), sa.column("content")
    )
    of_server = (
        sa.select(decryptions.c.content)
        .where(decryptions.c.election_id == records.c.election_id, decryptions.c.owner == _SERVER)
        .scalar_subquery()
    )
    op.execute(sa.update(records).values(partial_decryption=of_server))
    op.drop_table("partial_decryptions")
    op.drop_table("trustee_messages")


def _records() -> sa.sql.TableClause:
    return sa.table("records", sa.column("election_id"), sa.column("partial_decryption"))
