"""What trustees' browsers fetch and hand in, in place of files that are passed on by hand.

Everything here is public, or encrypted to the trustee who fetches it: see
:mod:`bilik.services.trustee_files`. Messages are the same, checked by the same code, and in the
same order as those that the panitia collects by hand, so a group may mix both ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sqlalchemy.engine import Connection

from bilik.belenios import trustees, wire
from bilik.clock import Clock, system_clock
from bilik.domain.election import State
from bilik.domain.trustees import TrusteeGroup, label
from bilik.errors import BilikError, NotFound
from bilik.keys import Keys
from bilik.services import counting, key_ceremony, trustee_files, trustee_links
from bilik.services.counting import Result
from bilik.services.desk import Desk
from bilik.services.elections import StoredElection, all_elections
from bilik.services.key_ceremony import Ceremony, KeyCeremony, Step
from bilik.services.trustee_files import Certificate, Share
from bilik.storage.database import Database


class Stage(str, Enum):
    """What trustees have to do, or wait for."""

    KEY = "kunci"
    """Make the key."""
    READY = "siap"
    """The key is made, and may be tried; the box is not added up yet."""
    COUNT = "hitung"
    """Decrypt."""
    DONE = "selesai"
    """The result is there."""


@dataclass(frozen=True)
class Standing:
    """How far trustees are: who has sent what of the key, by step, and who has decrypted.

    ``step`` is the one that is waited for while the key is made. ``bearer`` is the number of the
    trustee whose link was shown. Of ``closed`` elections the count comes next.
    """

    title: str
    slug: str
    uuid: str
    group: TrusteeGroup
    stage: Stage
    closed: bool
    step: Step | None
    sent: dict[Step, frozenset[int]]
    given: tuple[int, ...]
    bearer: int | None

    def missing(self, step: Step) -> list[str]:
        """Whose message of a step has not arrived."""
        return [
            name
            for place, name in enumerate(self.group.names, start=1)
            if place not in self.sent[step]
        ]


class TrusteePost:
    """The trustees of the elections in one database, at their own screens."""

    def __init__(
        self, database: Database, keys: Keys, trustee_dir: Path, clock: Clock = system_clock
    ) -> None:
        """Carry messages to and from ``database``."""
        self._database = database
        self._keys = keys
        self._trustee_dir = trustee_dir
        self._clock = clock

    def standing(self, slug: str, link: str = "") -> Standing:
        """How far the trustees are; ``link`` is the end of a personal link, if one was opened.

        Raises:
            NotFound: there is no such election, or trustees do not hold its key.
        """
        with self._database.read() as connection:
            stored, group = _with_trustees(connection, slug)
            sent = key_ceremony.senders(connection, stored)
            step = next((one for one in Step if len(sent[one]) < len(group.names)), None)
            waiting = counting.waiting_if_added_up(connection, stored)
            return Standing(
                stored.election.title,
                slug,
                stored.uuid,
                group,
                _stage(stored, step, waiting is not None),
                stored.state is State.CLOSED,
                step if stored.state is State.DRAFT else None,
                sent,
                waiting.given if waiting else (),
                trustee_links.bearer(connection, self._keys, stored, group, link),
            )

    def handed(self, slug: str, name: str) -> bytes:
        """What a trustee needs next, by the name that the page has for it.

        Raises:
            NotFound: there is no such thing. WrongState: it is not there yet. BilikError: what
            trustees sent is not valid, or the election is not in a state to be counted.
        """
        with self._database.read() as connection:
            stored, _ = _with_trustees(connection, slug)
            if name == "hitungan":
                return wire.encode(counting.for_trustees(connection, stored))
            found = key_ceremony.ceremony_of(connection, stored)
        content = _handed(found, name)
        if content is None:
            raise NotFound("Yang diminta itu tidak ada. Muat ulang halamannya.")
        return content

    def take(self, slug: str, data: bytes, link: str = "") -> str:
        """Take what a trustee sends; a line that says what came of it.

        With the last part that is needed the count completes. Nothing is taken in part.

        Raises:
            NotFound: there is no such election. BilikError: what was sent is not valid, not of this
            election, of another step, not this trustee's, or other than what was sent before.
        """
        with self._database.read() as connection:
            stored, group = _with_trustees(connection, slug)
            bearer = trustee_links.bearer(connection, self._keys, stored, group, link)
        sent = trustee_files.recognise(Path("kiriman"), data)
        name = group.names[bearer - 1] if bearer else None
        if isinstance(sent, Share):
            return self._count(slug, group, sent)
        if isinstance(sent, Certificate) and (name is None or label(sent.name) != label(name)):
            raise BilikError(
                f"Tautan ini bukan tautan pribadi {sent.name}. Minta tautan Anda dari panitia."
            )
        lead = KeyCeremony(self._database, self._clock, f"saksi {name}" if name else "saksi")
        _, (line,) = lead.take([(None, sent)], slug, name)
        return line

    def _count(self, slug: str, group: TrusteeGroup, share: Share) -> str:
        known = 1 <= share.owner <= len(group.names)
        name = group.names[share.owner - 1] if known else "?"
        desk = Desk(
            self._database, self._keys, self._trustee_dir, self._clock, f"saksi {name}"
        )  # fmt: skip
        count = desk.count_with([(Path(f"bagian-{label(name)}.json"), share)], slug)
        return "Hasilnya sudah ada." if isinstance(count, Result) else f"{count.line}."


def _with_trustees(connection: Connection, slug: str) -> tuple[StoredElection, TrusteeGroup]:
    for stored in all_elections(connection):
        if stored.election.slug == slug and stored.election.trustees is not None:
            return stored, stored.election.trustees
    raise NotFound("Halaman saksi ini tidak ada. Periksa tautan dari panitia.")


def _stage(stored: StoredElection, step: Step | None, added_up: bool) -> Stage:
    if stored.state is State.TALLIED:
        return Stage.DONE
    if added_up:
        return Stage.COUNT
    return Stage.KEY if stored.state is State.DRAFT and step else Stage.READY


def _handed(found: Ceremony, name: str) -> bytes | None:
    """Something of the key ceremony; None where there is nothing of that name."""
    if name == "undangan":
        return wire.encode(found.invitation)
    if name == "saksi":
        return trustees.encode(found.holders())
    if name == "sertifikat":
        return trustee_files.lines(found.messages(Step.CERTIFICATE))
    what, _, number = name.partition("-")
    if not (
        number.isascii()
        and number.isdigit()
        and len(number) < 4
        and 1 <= int(number) <= len(found.group.names)
    ):
        return None
    place = int(number)
    if what == "titipan":
        return wire.encode(found.shares_for(place))
    if what == "kunci" and place in found.arrived[Step.VOUTPUT]:
        return wire.encode(found.arrived[Step.VOUTPUT][place])
    return None
