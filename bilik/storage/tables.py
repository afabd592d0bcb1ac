"""The tables.

What is *not* there matters as much. A ballot has no voter, no sender, no time and no running
number; a participation has no time. Both are stored in the order of a key that says nothing about
when they came. Sessions and attempts know senders and NIKs only by keyed hashes. Messages stand in
the clear in no table but `not_understood`: masked, without sender and time, and only where the
panitia wants it. Those from a chat platform wait sealed in `waiting_messages` for their answer.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

_Id = BigInteger().with_variant(Integer, "sqlite")

elections = Table(
    "elections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(40), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    # The panitia's file as it was loaded: the one definition there is.
    Column("definition", Text, nullable=False),
    Column("roll_hash", LargeBinary(32)),
    # Its name in the Belenios box; ballots and credentials belong to it.
    Column("uuid", String(14)),
    # A closing hour later than the file's, where the panitia has extended it.
    Column("extended_until", DateTime),
    # Who has asked for the voters' data to be deleted, until another member approves.
    Column("purge_asked_by", String(80)),
    Column("purged_on", Date),
)

portraits = Table(
    "portraits",
    metadata,
    # Candidates' photos as they are shown; `place` tells the two of a pair apart.
    Column("election_id", ForeignKey("elections.id"), primary_key=True, autoincrement=False),
    Column("contest", String(40), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

voters = Table(
    "voters",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("election_id", ForeignKey("elections.id"), nullable=False),
    Column("nik_hash", LargeBinary(32), nullable=False),
    Column("nik_masked", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("tps", Text, nullable=False),
    Column("phone_hash", LargeBinary(32)),
    Column("code_verifier", LargeBinary(32)),
    # Until the opening only: from then on no row tells whose a credential is.
    Column("public_credential", LargeBinary(256)),
    UniqueConstraint("election_id", "nik_hash"),
    Index("ix_voters_nik_hash", "nik_hash"),
)

spares = Table(
    "spares",
    metadata,
    # Letters made before the opening for nobody yet; `number` stands on the envelope.
    Column("election_id", ForeignKey("elections.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Empty once the voter who held it has got yet another one.
    Column("code_verifier", LargeBinary(32)),
    # Until the opening only, as with voters.
    Column("public_credential", LargeBinary(256)),
    # Who holds it; their own code is void then.
    Column("voter_id", ForeignKey("voters.id"), index=True),
    sqlite_with_rowid=False,
)

spare_requests = Table(
    "spare_requests",
    metadata,
    # What one member of the panitia has asked for and another has yet to approve. Once that is
    # done or given up, nothing of a voter is left here.
    Column("election_id", ForeignKey("elections.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("pending", Boolean, nullable=False),
    # Of a lost letter.
    Column("voter_id", ForeignKey("voters.id")),
    # Of a late addition.
    Column("nik_hash", LargeBinary(32)),
    Column("nik_masked", String(16)),
    Column("name", Text),
    Column("tps", Text),
    Column("phone_hash", LargeBinary(32)),
    sqlite_with_rowid=False,
)

lost_letters = Table(
    "lost_letters",
    metadata,
    # Told in a chat, for the panitia to see to; without a time, and gone with the closing.
    Column("number", _Id, primary_key=True),
    Column("voter_id", ForeignKey("voters.id"), nullable=False, unique=True),
    Column("channel", String(32), nullable=False),
    Column("status", String(10), nullable=False),
)

participations = Table(
    "participations",
    metadata,
    # The primary key is the promise: one voter, one ballot.
    Column("voter_id", ForeignKey("voters.id"), primary_key=True, autoincrement=False),
)

ballots = Table(
    "ballots",
    metadata,
    Column("tracker", LargeBinary(32), primary_key=True),
    Column("election_id", ForeignKey("elections.id"), nullable=False),
    Column("receipt", String(11), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    # Found not to verify; such a ballot is neither counted nor in the record.
    Column("set_aside", Boolean, nullable=False, server_default=false()),
    # Its place in the chain, from 1; empty until published.
    Column("position", Integer),
    # The hash of its public credential, and the how-manyeth ballot of that credential it is: where
    # voters may vote again, the last one counts.
    Column("credential_hash", LargeBinary(32)),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("election_id", "receipt"),
    Index("uq_ballots_position", "election_id", "position", unique=True),
    Index("uq_ballots_credential_hash", "election_id", "credential_hash", "version", unique=True),
    sqlite_with_rowid=False,
)
Index(
    "ix_ballots_unpublished",
    ballots.c.election_id,
    ballots.c.version,
    ballots.c.tracker,
    sqlite_where=ballots.c.position.is_(None),
    postgresql_where=ballots.c.position.is_(None),
)

records = Table(
    "records",
    metadata,
    # What the public record of an election is made of, in its published form, besides the ballots.
    Column("election_id", ForeignKey("elections.id"), primary_key=True, autoincrement=False),
    Column("election", LargeBinary, nullable=False),
    Column("trustees", LargeBinary, nullable=False),
    # The hash of the list of public credentials, as `listed_credentials` gives it.
    Column("credentials_hash", String(64), nullable=False, server_default=""),
    Column("encrypted_tally", LargeBinary),
    Column("result", LargeBinary),
)

listed_credentials = Table(
    "listed_credentials",
    metadata,
    # Who may sign a ballot, in the order of the numbers, which says nothing of whose they are. One
    # row each, since a list of a million is more than a value can hold, or memory should.
    Column("election_id", ForeignKey("elections.id"), primary_key=True, autoincrement=False),
    Column("public", LargeBinary(256), primary_key=True),
    sqlite_with_rowid=False,
)

chains = Table(
    "chains",
    metadata,
    # How far an election's chain has come; no row before its first published batch.
    Column("election_id", ForeignKey("elections.id"), primary_key=True, autoincrement=False),
    # In its published form. Its height is the number of ballots, for the setup has height 0.
    Column("last_event", LargeBinary, nullable=False),
    # Live results only: how many of the first ballots are added up, and their sealed sums.
    Column("summed", Integer, nullable=False),
    Column("sealed_sum", LargeBinary),
)

interim_counts = Table(
    "interim_counts",
    metadata,
    Column("election_id", ForeignKey("elections.id"), primary_key=True, autoincrement=False),
    Column("ballots", Integer, primary_key=True, autoincrement=False),
    Column("result", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

partial_decryptions = Table(
    "partial_decryptions",
    metadata,
    # The trustees' parts of the count, verified; the server is owner 1 where it is the only one.
    Column("election_id", ForeignKey("elections.id"), primary_key=True, autoincrement=False),
    Column("owner", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

trustee_messages = Table(
    "trustee_messages",
    metadata,
    # What trustees sent to make their key, in its published form: nothing in it is secret to others
    # than the trustee that it is encrypted to.
    Column("election_id", ForeignKey("elections.id"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("step", String(11), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

hourly_totals = Table(
    "hourly_totals",
    metadata,
    # How many ballots a whole election had when last looked at in that hour. No voter has a time.
    Column("election_id", ForeignKey("elections.id"), primary_key=True, autoincrement=False),
    Column("hour", DateTime, primary_key=True),
    Column("ballots", Integer, nullable=False),
    sqlite_with_rowid=False,
)

channel_activity = Table(
    "channel_activity",
    metadata,
    # Counts of one server process and one channel since its start: no sender, no text.
    Column("server", String(32), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("taken", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("last_at", DateTime, nullable=False),
    Column("noted_at", DateTime, nullable=False),
    sqlite_with_rowid=False,
)

reminders = Table(
    "reminders",
    metadata,
    # On which day a number was last written to, by a keyed hash; gone with the closing.
    Column("election_id", ForeignKey("elections.id"), primary_key=True, autoincrement=False),
    Column("number_hash", LargeBinary(32), primary_key=True),
    Column("day", Date, nullable=False),
    sqlite_with_rowid=False,
)

sessions = Table(
    "sessions",
    metadata,
    Column("sender_hash", LargeBinary(32), primary_key=True),
    # Empty once the session has expired; the row stays for a day to tell the voter so.
    Column("sealed", LargeBinary),
    Column("expires_at", DateTime, nullable=False, index=True),
    # After a cast there is nothing to tell but the receipt; such a row goes without a word.
    Column("finished", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

attempts = Table(
    "attempts",
    metadata,
    Column("subject", LargeBinary(32), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("blocked_until", DateTime, nullable=False),
    sqlite_with_rowid=False,
)

audit_log = Table(
    "audit_log",
    metadata,
    # Triggers refuse to change or delete a row.
    Column("election", String(40), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", DateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("act", String(20), nullable=False),
    Column("details", Text, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)

not_understood = Table(
    "not_understood",
    metadata,
    # Random: the order of the rows tells nothing.
    Column("id", LargeBinary(16), primary_key=True),
    Column("election_id", ForeignKey("elections.id"), nullable=False),
    Column("text", Text, nullable=False),
    # Whether it has been shown to a trainer, among others.
    Column("released", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

processed_messages = Table(
    "processed_messages",
    metadata,
    # Keyed hash of a platform's message id; the day only, so that old ones can be forgotten.
    Column("id_hash", LargeBinary(32), primary_key=True),
    Column("day", Date, nullable=False),
    sqlite_with_rowid=False,
)

chats = Table(
    "chats",
    metadata,
    Column("chat_hash", LargeBinary(32), primary_key=True),
    # What a channel has to remember of a chat between two messages.
    Column("sealed", LargeBinary),
    # Which server answers its messages now, and until when that is to be believed.
    Column("claimed_by", String(32)),
    Column("claimed_until", DateTime),
    Column("forget_on", Date, nullable=False),
    sqlite_with_rowid=False,
)

waiting_messages = Table(
    "waiting_messages",
    metadata,
    # Only while it waits; deleted once it is answered.
    Column("id", _Id, primary_key=True),
    Column("chat_hash", LargeBinary(32), nullable=False, index=True),
    # The platform's own order within the chat.
    Column("position", BigInteger, nullable=False),
    Column("due_at", DateTime, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    # Who may sit down at the desk on the web.
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),
    # The name as it is found by: in small letters.
    Column("name_key", String(240), nullable=False, unique=True),
    Column("role", String(10), nullable=False),
    # Random, anew with each invitation: what was given out for an account before is void then.
    Column("stamp", LargeBinary(16), nullable=False),
    # Argon2id; empty until the person has set it.
    Column("password", Text),
    # Sealed with the server's key.
    Column("totp", LargeBinary, nullable=False),
    # The time step of the last one-time code that was taken: none is taken twice.
    Column("last_step", BigInteger, nullable=False),
    # SHA-256 of the code that lets the person set their password, and until when it does.
    Column("invitation_hash", LargeBinary(32), unique=True),
    Column("invited_until", DateTime),
)

desk_sessions = Table(
    "desk_sessions",
    metadata,
    # SHA-256 of what the browser holds.
    Column("id_hash", LargeBinary(32), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("begun_at", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    # When a one-time code was last typed in it, beyond that of the sign-in.
    Column("confirmed_at", DateTime),
    sqlite_with_rowid=False,
)
