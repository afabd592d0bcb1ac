"""Belenios identifiers and public credentials.

Voting codes are stretched in another way from here on, so the ones made before can no longer be
checked: drafts need new codes, and an election that was open is closed.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def upgrade() -> None:
    op.add_column("elections", sa.Column("uuid", sa.String(14)))
    op.add_column("voters", sa.Column("public_credential", sa.LargeBinary(256)))
    connection = op.get_bind()
    elections = sa.table("elections", sa.column("id"), sa.column("uuid"), sa.column("state"))
    for row in connection.execute(sa.select(elections.c.id)).all():
        uuid = "".join(secrets.choice(_ALPHABET) for _ in range(14))
        connection.execute(sa.update(elections).where(elections.c.id == row.id).values(uuid=uuid))
    connection.execute(
        sa.update(elections).where(elections.c.state.in_(("open", "paused"))).values(state="closed")
    )
    voters = sa.table("voters", sa.column("code_verifier"))
    connection.execute(sa.update(voters).values(code_verifier=None))


def downgrade() -> None:
    op.drop_column("voters", "public_credential")
    op.drop_column("elections", "uuid")
