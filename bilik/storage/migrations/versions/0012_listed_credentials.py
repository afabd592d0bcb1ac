"""The list of public credentials in rows, and in the record its hash only."""

import hashlib
import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_BYTES = 256
_AT_ONCE = 1000


def upgrade() -> None:
    listed = op.create_table(
        "listed_credentials",
        sa.Column("election_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("public", sa.LargeBinary(_BYTES), primary_key=True),
        sa.ForeignKeyConstraint(
            ["election_id"], ["elections.id"], name="fk_listed_credentials_election_id"
        ),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "records", sa.Column("credentials_hash", sa.String(64), nullable=False, server_default="")
    )
    connection, records = op.get_bind(), _records()
    for election_id in _elections(connection):
        own = records.c.election_id == election_id
        content = bytes(
            connection.execute(sa.select(records.c.credentials).where(own)).scalar_one()
        )
        public = [int(one).to_bytes(_BYTES, "big") for one in json.loads(content)]
        for start in range(0, len(public), _AT_ONCE):
            rows = [
                {"election_id": election_id, "public": one}
                for one in public[start : start + _AT_ONCE]
            ]
            connection.execute(sa.insert(listed), rows)
        digest = hashlib.sha256(content).hexdigest()
        connection.execute(sa.update(records).where(own).values(credentials_hash=digest))
    op.drop_column("records", "credentials")


def downgrade() -> None:
    op.add_column(
        "records", sa.Column("credentials", sa.LargeBinary, nullable=False, server_default="")
    )
    connection, records = op.get_bind(), _records()
    listed = sa.table("listed_credentials", sa.column("election_id"), sa.column("public"))
    for election_id in _elections(connection):
        query = (
            sa.select(listed.c.public)
            .where(listed.c.election_id == election_id)
            .order_by(listed.c.public)
        )
        public = [str(int.from_bytes(one, "big")) for one in connection.execute(query).scalars()]
        content = json.dumps(public, separators=(",", ":")).encode()
        connection.execute(
            sa.update(records)
            .where(records.c.election_id == election_id)
            .values(credentials=content)
        )
    op.drop_column("records", "credentials_hash")
    op.drop_table("listed_credentials")


def _elections(connection: sa.engine.Connection) -> Iterator[int]:
    yield from connection.execute(sa.select(_records().c.election_id)).scalars().all()


def _records() -> sa.sql.TableClause:
    names = ("election_id", "credentials", "credentials_hash")
    return sa.table("records", *map(sa.column, names))
