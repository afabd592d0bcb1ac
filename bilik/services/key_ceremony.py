"""The panitia's side of a key ceremony: take what trustees send, and hand out what they need next.

Only public or encrypted messages pass here, see :mod:`bilik.services.trustee_files`; the panitia
cannot read any share. Each message is checked when it arrives. A trustee's step is taken once: a
second, other message for it is refused, for the others may have answered the first already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from bilik.belenios import ceremony, trustees, wire
from bilik.belenios.ceremony import Polynomial, Vinput, Voutput
from bilik.belenios.channels import SignedMessage
from bilik.belenios.trustees import Trustees
from bilik.clock import Clock, system_clock
from bilik.domain.audit import Act, Details, actor_name
from bilik.domain.election import State
from bilik.domain.trustees import TrusteeGroup, label
from bilik.errors import BilikError, InvalidRecord, NotFound, WrongState
from bilik.services import audit, whole_files
from bilik.services import trustee_files as files
from bilik.services.elections import StoredElection, pick
from bilik.services.trustee_files import Certificate, Invitation
from bilik.storage.database import Database
from bilik.storage.tables import trustee_messages

Received = Sequence[tuple[Path | None, files.File]]
"""What trustees sent, and the files that it came in, if it did."""


class Step(str, Enum):
    """What a trustee sends, in order."""

    CERTIFICATE = "certificate"
    POLYNOMIAL = "polynomial"
    VOUTPUT = "voutput"


STEP_NAMES = {
    Step.CERTIFICATE: "sertifikat",
    Step.POLYNOMIAL: "titipan",
    Step.VOUTPUT: "kunci publik",
}
_KINDS: dict[Step, type[Any]] = {
    Step.CERTIFICATE: SignedMessage, Step.POLYNOMIAL: Polynomial, Step.VOUTPUT: Voutput,
}  # fmt: skip


@dataclass
class Ceremony:
    """How far a group has come: what has arrived, by step and by the trustee's number."""

    stored: StoredElection
    group: TrusteeGroup
    arrived: dict[Step, dict[int, Any]] = field(default_factory=lambda: {step: {} for step in Step})

    @property
    def invitation(self) -> Invitation:
        """What trustees join."""
        return Invitation(
            files.INVITATION, self.stored.uuid, self.stored.election.title,
            self.group.threshold, self.group.names,
        )  # fmt: skip

    def missing(self, step: Step) -> list[str]:
        """Whose message of a step has not arrived."""
        return [
            name
            for place, name in enumerate(self.group.names, start=1)
            if place not in self.arrived[step]
        ]

    @property
    def step(self) -> Step | None:
        """The first step that is not complete; None when the key is made."""
        return next((step for step in Step if self.missing(step)), None)

    def messages(self, step: Step) -> list[Any]:
        """All messages of a complete step, in the trustees' order.

        Raises:
            WrongState: it is not complete.
        """
        if missing := self.missing(step):
            raise WrongState(
                f"Belum waktunya: {STEP_NAMES[step]} masih ditunggu dari {', '.join(missing)}."
            )
        return [self.arrived[step][place] for place in range(1, len(self.group.names) + 1)]

    @property
    def number(self) -> str | None:
        """What trustees compare aloud, once everyone's certificate is there."""
        if self.missing(Step.CERTIFICATE):
            return None
        return files.certificates_number(self.invitation, self.messages(Step.CERTIFICATE))

    def shares_for(self, place: int) -> Vinput:
        """What the trustee of that number accepts in the last step.

        Raises:
            WrongState: the shares are not all there.
        """
        certs, polynomials = self.messages(Step.CERTIFICATE), self.messages(Step.POLYNOMIAL)
        return ceremony.route(certs, polynomials, self.group.threshold)[place - 1]

    def holders(self) -> Trustees:
        """The trustees with the key that they have made, verified.

        Raises:
            WrongState: the ceremony has not come to its end.
        """
        certs, polynomials, voutputs = (self.messages(step) for step in Step)
        return (ceremony.conclude(certs, polynomials, voutputs, self.group.threshold),)


def ceremony_of(connection: Connection, stored: StoredElection) -> Ceremony:
    """How far the trustees of an election have come.

    Raises:
        WrongState: the election has none.
    """
    if stored.election.trustees is None:
        raise WrongState(
            f"Pemilihan `{stored.election.slug}` tidak memakai saksi pemegang kunci. Tambahkan "
            "bagian `saksi` di berkasnya, lalu `bilik election load`."
        )
    found = Ceremony(stored, stored.election.trustees)
    query = select(trustee_messages).where(trustee_messages.c.election_id == stored.id)
    for row in connection.execute(query.order_by(trustee_messages.c.place)):
        step = Step(row.step)
        found.arrived[step][row.place] = wire.decode(_KINDS[step], row.content)
    return found


def holders_of(connection: Connection, stored: StoredElection) -> Trustees:
    """The trustees that an election may be opened with.

    Raises:
        WrongState: they have not made their key yet.
    """
    found = ceremony_of(connection, stored)
    if (step := found.step) is not None:
        raise WrongState(
            f"Kunci saksi belum jadi: {STEP_NAMES[step]} masih ditunggu dari "
            f"{', '.join(found.missing(step))}. Lihat `bilik trustees status`."
        )
    return found.holders()


def senders(connection: Connection, stored: StoredElection) -> dict[Step, frozenset[int]]:
    """The numbers of those whose message of each step has arrived."""
    columns = trustee_messages.c
    query = select(columns.step, columns.place).where(columns.election_id == stored.id)
    rows = [(Step(row.step), row.place) for row in connection.execute(query)]
    return {step: frozenset(place for one, place in rows if one is step) for step in Step}


def check_unchanged(
    connection: Connection, stored: StoredElection, new: TrusteeGroup | None
) -> None:
    """See that trustees who have begun to make a key are not exchanged for others.

    Raises:
        WrongState: they would be.
    """
    if new != stored.election.trustees and _has_begun(connection, stored):
        raise WrongState(
            "Saksi sudah mulai membuat kunci, jadi bagian `saksi` di berkas tidak bisa diubah. "
            "Kembalikan seperti semula, atau mulai dari awal dengan `bilik trustees restart`."
        )


def forget(connection: Connection, stored: StoredElection) -> None:
    """Remove all that trustees sent."""
    connection.execute(delete(trustee_messages).where(trustee_messages.c.election_id == stored.id))


class KeyCeremony:
    """The ceremonies of the elections in one database."""

    def __init__(
        self, database: Database, clock: Clock = system_clock, actor: str = "panitia"
    ) -> None:
        """Lead the trustees of the elections in ``database``; ``actor`` does, as stated."""
        self._database = database
        self._clock = clock
        self._actor = actor_name(actor)

    def standing(self, slug: str | None = None) -> Ceremony:
        """How far the trustees have come.

        Raises:
            NotFound: there is no such election. WrongState: it has no trustees.
        """
        with self._database.read() as connection:
            return ceremony_of(connection, pick(connection, slug))

    def collect(
        self, paths: Sequence[Path], slug: str | None = None, sender: str | None = None
    ) -> tuple[Ceremony, list[str]]:
        """Take files from trustees, all or none; how it stands, and a line for each file.

        After the opening none are taken any more; what was handed out can still be written again,
        for a trustee who is left with an old copy of the key file. ``sender`` names whose
        certificate a file of ``belenios-tool`` is, which does not say so.

        Raises:
            NotFound: a file cannot be read. BilikError: one is not valid, not of this election, of
            another step, or other than what the trustee sent before.
        """
        return self.take([(path, files.read_any(path)) for path in paths], slug, sender)

    def take(
        self, received: Received, slug: str | None = None, sender: str | None = None
    ) -> tuple[Ceremony, list[str]]:
        """Like :meth:`collect`, of files that are read already.

        Raises:
            BilikError: see there.
        """
        with self._database.write() as connection:
            state = State.DRAFT if received else None
            stored = pick(connection, slug, state, "kunci saksi dibuat sebelum dibuka")
            found = ceremony_of(connection, stored)
            lines = []
            for path, file in received:
                try:
                    lines.append(_take(connection, found, file, sender))
                except BilikError as error:
                    raise BilikError(f"{path}: {error}" if path else _sentence(error)) from None
            if found.step is None:
                found.holders()
            if received:
                self._note(connection, Act.KEY, stored, {"berkas": len(received)})
        return found, lines

    def restart(self, slug: str | None = None) -> int:
        """Forget all that trustees sent; how many messages that were.

        Raises:
            WrongState: the election was opened with their key.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug, State.DRAFT, "kuncinya sudah dipakai")
            found = ceremony_of(connection, stored)
            forget(connection, stored)
            self._note(connection, Act.KEY_ANEW, stored, {})
            return sum(len(messages) for messages in found.arrived.values())

    def _note(
        self, connection: Connection, act: Act, stored: StoredElection, details: Details
    ) -> None:
        audit.append(connection, self._clock(), self._actor, act, stored.election.slug, details)

    @staticmethod
    def write_invitation(found: Ceremony, folder: Path) -> Path:
        """Write what trustees join with.

        Raises:
            BilikError: it cannot be written.
        """
        path = folder / f"{found.stored.election.slug}.1-undangan.json"
        whole_files.replace(path, wire.encode(found.invitation) + b"\n")
        return path

    @staticmethod
    def write_next(found: Ceremony, folder: Path) -> list[Path]:
        """Write all that trustees need as far as the ceremony has come; those of the last step.

        The same files come out each time.

        Raises:
            BilikError: one cannot be written.
        """
        last: list[Path] = []
        for contents in _handed_out(found):
            last = []
            for name, content in contents.items():
                path = folder / f"{found.stored.election.slug}.{name}"
                whole_files.replace(path, content)
                last.append(path)
        return last


def _handed_out(found: Ceremony) -> Iterator[Mapping[str, bytes]]:
    """What trustees get after each complete step."""
    if found.missing(Step.CERTIFICATE):
        return
    certs = found.messages(Step.CERTIFICATE)
    yield {"2-sertifikat.jsons": files.lines(certs)}
    if found.missing(Step.POLYNOMIAL):
        return
    vinputs = ceremony.route(certs, found.messages(Step.POLYNOMIAL), found.group.threshold)
    yield {
        f"3-untuk-{label(name)}.json": files.lines([vinput])
        for name, vinput in zip(found.group.names, vinputs, strict=True)
    }
    if not found.missing(Step.VOUTPUT):
        yield {"4-saksi.json": trustees.encode(found.holders()) + b"\n"}


def _take(connection: Connection, found: Ceremony, file: files.File, sender: str | None) -> str:
    """Check one file and keep it; what was done, in a line."""
    if isinstance(file, Certificate):
        if _terms(file.invitation) != _terms(found.invitation):
            raise InvalidRecord(
                "sertifikat itu untuk pemilihan lain, atau untuk undangan yang lama. Beri saksi "
                "itu undangan yang baru dari `bilik trustees invite`."
            )
        return _take_certificate(connection, found, file.cert, file.name)
    if isinstance(file, SignedMessage):
        if sender is None:
            raise InvalidRecord("sertifikat itu tanpa nama; sebutkan dengan `--from NAMA`.")
        return _take_certificate(connection, found, file, sender)
    if isinstance(file, Polynomial):
        return _take_polynomial(connection, found, file)
    if isinstance(file, Voutput):
        return _take_voutput(connection, found, file, sender)
    raise InvalidRecord(
        f"itu {files.name_of(file)}. Yang dikumpulkan di sini: sertifikat, titipan, dan kunci "
        "publik dari saksi."
    )


def _terms(invitation: Invitation) -> tuple[str, int, tuple[str, ...]]:
    """What of an invitation must be as it is now; titles may be corrected."""
    return invitation.uuid, invitation.threshold, invitation.names


def _take_certificate(
    connection: Connection, found: Ceremony, cert: SignedMessage, name: str
) -> str:
    place = found.group.place(name)
    if place is None:
        raise NotFound(
            f"`{name}` bukan saksi pemilihan ini. Saksinya: {', '.join(found.group.names)}."
        )
    known = found.arrived[Step.CERTIFICATE]
    if known.get(place) == cert:
        return _already(found, Step.CERTIFICATE, place)
    if place in known:
        raise _another(found, Step.CERTIFICATE, place)
    keys = trustees.read_certificate(cert)
    for other, theirs in known.items():
        if trustees.read_certificate(theirs).verification == keys.verification:
            raise InvalidRecord(f"itu sertifikat {found.group.names[other - 1]}, bukan {name}.")
    return _keep(connection, found, Step.CERTIFICATE, place, cert)


def _take_polynomial(connection: Connection, found: Ceremony, polynomial: Polynomial) -> str:
    members = ceremony.gather(found.messages(Step.CERTIFICATE))
    signed = polynomial.coefexps
    place = next(
        (at for at, one in enumerate(members, start=1) if ceremony.is_of(polynomial, one)), None
    )
    if place is None:
        raise InvalidRecord("titipan itu bukan dari saksi pemilihan ini, atau sudah berubah.")
    trustees.read_coefexps(signed, members[place - 1], found.group.threshold)
    if len(polynomial.secrets) != len(members):
        raise InvalidRecord("titipan itu tidak untuk semua saksi pemilihan ini.")
    before = found.arrived[Step.POLYNOMIAL].get(place)
    if before == polynomial:
        return _already(found, Step.POLYNOMIAL, place)
    if before is not None and before.coefexps != signed:
        raise _another(found, Step.POLYNOMIAL, place)
    # The same polynomial in other wrapping: the shares in it are the same, or were damaged before.
    return _keep(connection, found, Step.POLYNOMIAL, place, polynomial)


def _take_voutput(
    connection: Connection, found: Ceremony, voutput: Voutput, sender: str | None
) -> str:
    polynomials = found.messages(Step.POLYNOMIAL)
    trustees.check_public_key(voutput.public_key)
    expected = ceremony.public_keys(found.messages(Step.CERTIFICATE), polynomials,
                                    found.group.threshold)  # fmt: skip
    # Where one trustee suffices, all have the same key, and whose this is cannot be told unless the
    # sender is known; nor need it be, for whoever got their shares can count.
    places = [at for at, key in enumerate(expected, 1) if key == voutput.public_key.public_key]
    if not places:
        raise InvalidRecord("kunci publik itu bukan dari saksi pemilihan ini, atau sudah berubah.")
    known = found.arrived[Step.VOUTPUT]
    missing = [place for place in places if place not in known]
    same = [place for place, one in known.items() if one == voutput]
    if same or not missing:
        return _already(found, Step.VOUTPUT, (same or places)[0])
    own = found.group.place(sender) if sender else None
    place = own if own is not None and own in missing else missing[0]
    return _keep(connection, found, Step.VOUTPUT, place, voutput)


def _keep(connection: Connection, found: Ceremony, step: Step, place: int, message: Any) -> str:
    key = {"election_id": found.stored.id, "place": place, "step": step.value}
    content = wire.encode(message)
    if place in found.arrived[step]:
        columns = trustee_messages.c
        connection.execute(
            update(trustee_messages)
            .where(*(columns[name] == value for name, value in key.items()))
            .values(content=content)
        )
    else:
        connection.execute(insert(trustee_messages).values(**key, content=content))
    found.arrived[step][place] = message
    return f"{found.group.names[place - 1]}: {STEP_NAMES[step]} diterima."


def _sentence(error: BilikError) -> str:
    """A line that begins as a sentence does, where no file's name goes before it."""
    line = str(error)
    return line[:1].upper() + line[1:]


def _already(found: Ceremony, step: Step, place: int) -> str:
    return f"{found.group.names[place - 1]}: {STEP_NAMES[step]} sudah ada sejak tadi."


def _another(found: Ceremony, step: Step, place: int) -> InvalidRecord:
    name = found.group.names[place - 1]
    return InvalidRecord(
        f"{STEP_NAMES[step]} {name} sudah diterima, dan yang ini lain. Yang berlaku yang pertama. "
        f"Kalau {name} memang membuat kunci baru, mulai lagi dengan `bilik trustees restart`."
    )


def _has_begun(connection: Connection, stored: StoredElection) -> bool:
    query = select(trustee_messages.c.place).where(trustee_messages.c.election_id == stored.id)
    return connection.execute(query).first() is not None
