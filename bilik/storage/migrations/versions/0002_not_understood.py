"""Messages that were not understood, waiting for a trainer."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "not_understood",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("election_id", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("released", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["election_id"], ["elections.id"], name="fk_not_understood_election_id"
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("not_understood")
