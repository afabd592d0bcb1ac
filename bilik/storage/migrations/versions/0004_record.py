"""The public record of an election."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "records",
        sa.Column("election_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("election", sa.LargeBinary, nullable=False),
        sa.Column("trustees", sa.LargeBinary, nullable=False),
        sa.Column("credentials", sa.LargeBinary, nullable=False),
        sa.Column("encrypted_tally", sa.LargeBinary),
        sa.Column("partial_decryption", sa.LargeBinary),
        sa.Column("result", sa.LargeBinary),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name="fk_records_election_id"),
    )
    op.add_column(
        "ballots",
        sa.Column("set_aside", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("ballots", "set_aside")
    op.drop_table("records")
