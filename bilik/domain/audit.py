"""The panitia's log: every act of theirs as an entry that names the one before it by hash.

An entry stands as one line of JSON, and its hash is the SHA-256 of that line: a log that is
published can be checked with ``sha256sum`` and a pair of eyes. Whoever keeps the hash of the last
entry, the log's head, has fixed all entries before it.

Who acted is what was stated, see ``--oleh``; the log cannot prove it. No entry holds anything of a
voter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum

from bilik.domain.identity import find_credentials
from bilik.domain.lines import one_line
from bilik.errors import BilikError, InvalidRecord

BY_THE_CLOCK = "jam server"
"""Who acts when an election closes at its hour, or is counted with the server's key."""
BEGINNING = bytes(32)
"""What the first entry of a log names as the one before it."""
ACTOR_CHARACTERS = 80
REASON_CHARACTERS = 100

ACCOUNTS = "(akun)"
"""What the log of accounts and sign-ins is called; no election has such a code."""

LATE = "tambahan"
"""How a request's details call a voter who is added after the opening."""

Details = Mapping[str, "int | str | bool"]
_KEYS = ("nomor", "waktu", "panitia", "tindakan", "pemilihan", "rincian", "sebelumnya")
_HASH = re.compile("[0-9a-f]{64}")
_LONG_NUMBER = re.compile(r"\d{6}")
_HOUR = "%Y-%m-%dT%H:%M:%SZ"


class Act(str, Enum):
    """What the panitia did."""

    LOAD = "muat"
    REMOVE = "hapus"
    IMPORT = "impor"
    CODES = "kode"
    OPEN = "buka"
    ASK = "minta-cadangan"
    GIVE = "beri-cadangan"
    CANCEL = "batal-cadangan"
    PAUSE = "jeda"
    RESUME = "lanjut"
    EXTEND = "perpanjang"
    REMIND = "ingatkan"
    DECLINE = "tolak-surat-hilang"
    CLOSE = "tutup"
    KEY = "kunci-saksi"
    KEY_ANEW = "kunci-saksi-ulang"
    SNAPSHOT = "cuplikan"
    ADD_UP = "jumlahkan"
    SHARES = "bagian-saksi"
    TALLY = "hitung"
    RECOUNT = "hitung-ulang"
    EXPORT = "terbit"
    REPORT = "berita-acara"
    RESTORE = "pulihkan"
    ASK_PURGE = "minta-hapus-data"
    CANCEL_PURGE = "batal-hapus-data"
    PURGE = "hapus-data"
    LETTERS_TAKEN = "ambil-surat"
    LETTERS_REMOVED = "hapus-surat"
    ACCOUNT_NEW = "akun-baru"
    ACCOUNT_READY = "akun-siap"
    ACCOUNT_RESET = "akun-ulang"
    ACCOUNT_PASSWORD = "akun-sandi"
    ACCOUNT_ROLE = "akun-peran"
    ACCOUNT_REMOVED = "akun-hapus"
    SIGN_IN = "masuk"
    SIGN_OUT = "keluar"
    HELD_BACK = "masuk-ditahan"


@dataclass(frozen=True)
class Entry:
    """One act: its place in the log, from 1, who did it to which election when, and the last hash.

    ``details`` are figures, hashes of files, and why an hour was put off. ``at`` counts in whole
    seconds.
    """

    number: int
    at: datetime
    actor: str
    act: str
    election: str
    details: Details = field(default_factory=dict)
    previous: bytes = BEGINNING

    @property
    def line(self) -> str:
        """The one form that the entry has."""
        values = (
            self.number,
            hour_line(self.at),
            self.actor,
            self.act,
            self.election,
            dict(sorted(self.details.items())),
            self.previous.hex(),
        )
        pairs = dict(zip(_KEYS, values, strict=True))
        return json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))

    @property
    def hash(self) -> bytes:
        """SHA-256 of :attr:`line`, which the next entry names."""
        return hashlib.sha256(self.line.encode()).digest()


def read_entry(line: str) -> Entry:
    """The inverse of :attr:`Entry.line`.

    Raises:
        InvalidRecord: the line is not exactly what an entry looks like.
    """
    try:
        pairs = json.loads(line)
        number, at, actor, act, election, details, previous = (pairs[key] for key in _KEYS)
        moment = datetime.strptime(at, _HOUR).replace(tzinfo=timezone.utc)
        entry = Entry(number, moment, actor, act, election, details, _bytes(previous))
        if entry.line == line:
            return entry
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise InvalidRecord("ada catatan yang tidak terbaca")


def check(entries: Iterable[Entry]) -> bytes:
    """See that entries follow one another from the first on; their head.

    Raises:
        InvalidRecord: one is missing, altered or out of its place; the line names it.
    """
    head = BEGINNING
    for number, entry in enumerate(entries, start=1):
        if entry.number != number:
            raise InvalidRecord(f"catatan ke-{number} hilang atau bukan di tempatnya")
        if entry.previous != head:
            raise InvalidRecord(
                f"catatan ke-{number} tidak menyambung pada yang sebelumnya: salah satunya diubah"
            )
        head = entry.hash
    return head


def opening_of(entries: Iterable[Entry]) -> bytes | None:
    """The hash of the entry that notes the opening; None where there is none."""
    return next((one.hash for one in entries if one.act == Act.OPEN.value), None)


@dataclass(frozen=True)
class Figures:
    """What a log says of the roll: voters at the opening and added later, spares, and those given.

    Every spare that was given out counts, those to added voters too.
    """

    voters: int = 0
    added: int = 0
    spares: int = 0
    given: int = 0


def figures_of(entries: Iterable[Entry]) -> Figures | None:
    """The figures of a log that is whole; None where it does not note the opening.

    Raises:
        InvalidRecord: a spare was given out without two names, twice, or none of the reserve.
    """
    asked: dict[object, Entry] = {}
    given: set[object] = set()
    opening: Entry | None = None
    added = 0
    for one in entries:
        request = one.details.get("permintaan")
        if one.act == Act.OPEN.value:
            opening = one
        elif one.act == Act.ASK.value:
            asked[request] = one
        elif one.act == Act.CANCEL.value:
            asked.pop(request, None)
        elif one.act == Act.GIVE.value:
            before, spare = asked.pop(request, None), one.details.get("cadangan")
            if before is None or before.actor.casefold() == one.actor.casefold():
                raise InvalidRecord(f"catatan ke-{one.number}: surat cadangan tanpa dua nama")
            if opening is None or spare in given or not _is_of(opening, spare):
                raise InvalidRecord(f"catatan ke-{one.number}: surat cadangan itu tidak ada lagi")
            given.add(spare)
            added += before.details.get("jenis") == LATE
    if opening is None:
        return None
    voters, spares = (opening.details.get(key) for key in ("pemilih", "cadangan"))
    if type(voters) is not int or type(spares) is not int:
        raise InvalidRecord(f"catatan ke-{opening.number}: jumlah pemilih tidak tertulis")
    return Figures(voters, added, spares, len(given))


def _is_of(opening: Entry, spare: object) -> bool:
    made = opening.details.get("cadangan")
    return type(spare) is int and type(made) is int and 1 <= spare <= made


def closing_of(entries: Iterable[Entry], planned: datetime) -> datetime:
    """The closing hour as a log that is whole leaves it; ``planned`` is that of the file.

    Raises:
        InvalidRecord: an hour was not put off, or not while the election was open.
    """
    closes, is_open = planned, False
    for one in entries:
        if one.act == Act.EXTEND.value:
            until = read_hour(one.details.get("sampai"))
            if not is_open or until is None or until <= closes:
                raise InvalidRecord(f"catatan ke-{one.number}: jam tutup tidak bisa diubah begitu")
            closes = until
        elif one.act in (Act.OPEN.value, Act.CLOSE.value):
            is_open = one.act == Act.OPEN.value
    return closes


def hour_line(instant: datetime) -> str:
    """An hour as details have it, ``2026-11-29T06:00:00Z``."""
    return f"{instant.astimezone(timezone.utc):{_HOUR}}"


def read_hour(text: object) -> datetime | None:
    """The inverse of :func:`hour_line`; None for anything else."""
    try:
        return datetime.strptime(str(text), _HOUR).replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def reason_line(stated: str) -> str:
    """A stated reason as the log keeps it: one printable line.

    It is published with the log, so it must be short, and hold no number that may be a voter's.

    Raises:
        BilikError: it does, or is empty or too long.
    """
    line = one_line(stated)
    if not line:
        raise BilikError('Sebutkan alasannya, misalnya --reason "Listrik padam dari 10.00".')
    if len(line) > REASON_CHARACTERS:
        raise BilikError(
            f"Alasannya terlalu panjang. Tulis paling banyak {REASON_CHARACTERS} huruf."
        )
    given = find_credentials(line)
    if _LONG_NUMBER.search(line) or given.nik or given.code or given.odd_digits:
        raise BilikError(
            "Alasan terbit bersama jejak panitia, jadi tidak boleh memuat NIK, nomor HP, atau kode."
        )
    return line


def actor_name(stated: str) -> str:
    """A stated name as the log keeps it: one printable line of at most 80 characters."""
    return one_line(stated)[:ACTOR_CHARACTERS].strip()


def _bytes(text: str) -> bytes:
    if not _HASH.fullmatch(text):
        raise ValueError(text)
    return bytes.fromhex(text)
