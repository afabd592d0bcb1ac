"""The panitia's log, spare letters, voting again, and voting codes with a check symbol.

Codes made before have no check symbol and are not read any more: drafts need new codes, and an
election that was open is closed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_REFUSAL = "the audit log is append-only"


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("election", sa.String(40), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sqlite_with_rowid=False,
    )
    _make_append_only()
    op.create_table(
        "spares",
        sa.Column("election_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("code_verifier", sa.LargeBinary(32)),
        sa.Column("public_credential", sa.LargeBinary(256)),
        sa.Column("voter_id", _ID),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name="fk_spares_election_id"),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"], name="fk_spares_voter_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_spares_voter_id", "spares", ["voter_id"])
    op.create_table(
        "spare_requests",
        sa.Column("election_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("pending", sa.Boolean, nullable=False),
        sa.Column("voter_id", _ID),
        sa.Column("nik_hash", sa.LargeBinary(32)),
        sa.Column("nik_masked", sa.String(16)),
        sa.Column("name", sa.Text),
        sa.Column("tps", sa.Text),
        sa.Column("phone_hash", sa.LargeBinary(32)),
        sa.ForeignKeyConstraint(
            ["election_id"], ["elections.id"], name="fk_spare_requests_election_id"
        ),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"], name="fk_spare_requests_voter_id"),
        sqlite_with_rowid=False,
    )
    op.add_column("ballots", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    _index_ballots(["credential_hash", "version"], ["version", "tracker"])
    _void_codes()


def _index_ballots(unique: list[str], unpublished: list[str]) -> None:
    for name in ("uq_ballots_credential_hash", "ix_ballots_unpublished"):
        op.drop_index(name, "ballots")
    op.create_index("uq_ballots_credential_hash", "ballots", ["election_id", *unique], unique=True)
    op.create_index(
        "ix_ballots_unpublished",
        "ballots",
        ["election_id", *unpublished],
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )


def _void_codes() -> None:
    connection = op.get_bind()
    elections = sa.table("elections", sa.column("state"))
    connection.execute(
        sa.update(elections).where(elections.c.state.in_(("open", "paused"))).values(state="closed")
    )
    voters = sa.table("voters", sa.column("code_verifier"), sa.column("public_credential"))
    connection.execute(sa.update(voters).values(code_verifier=None, public_credential=None))


def _make_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_log_no_{verb.lower()} BEFORE {verb} ON audit_log "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()"
        )


def downgrade() -> None:
    _index_ballots(["credential_hash"], ["tracker"])
    op.drop_column("ballots", "version")
    for table in ("spare_requests", "spares", "audit_log"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_log_refuse()")
