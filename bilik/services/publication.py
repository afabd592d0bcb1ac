"""What is published of an election, and whether what was published holds.

The archive is the proof. The other files say the same in other words, and :func:`check` sees that
they do: the election's file, the roll's hash and the panitia's log up to the opening are named in
the archive's description of it, and the result and the receipts follow from it. The log's later
entries are bound to nothing but its head in `hasil.json`, which is to be announced with the result.

A snapshot is the same of an election that goes on: its archive has no result yet, and
:func:`check_since` sees that a later one only adds to it, and to the log.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from bilik.belenios.archive import Archive, EventType
from bilik.belenios.trustees import Threshold
from bilik.belenios.verify import Verified, verify
from bilik.clock import ZONES
from bilik.disk_index import DiskIndex
from bilik.domain import audit
from bilik.domain.audit import Act, Entry, Figures
from bilik.domain.definition import read_definition
from bilik.domain.election import Election
from bilik.domain.receipt import receipt_of
from bilik.domain.tally import ContestCount, by_candidate
from bilik.domain.turnout import Station
from bilik.errors import BilikError, InvalidRecord, NotFound
from bilik.services import manuals
from bilik.services.files import read_bytes, reason
from bilik.services.record import Source, description_of, questions_of

DEFINITION, RESULT, RECEIPTS, LOG, MANUAL, SNAPSHOT = (
    "pemilihan.yml", "hasil.json", "tanda-terima.txt", "jejak-panitia.jsonl", "CARA-MEMERIKSA.txt",
    "cuplikan.json",
)  # fmt: skip

_PIECE = 2**20
_END = b"\0"
"""Lower than all symbols of a line, so that what stands behind it leaves lines in their order."""
_REPLACED = " sudah diganti suara yang lebih baru"


@dataclass(frozen=True)
class Description:
    """What goes with an archive: the files beside it, and what the summary among them says.

    ``head`` is the hash of the archive's last event.
    """

    summary: dict[str, Any]
    files: tuple[tuple[str, Iterable[str]], ...]
    head: str

    def write(self, directory: Path) -> None:
        """Write the files.

        The summary comes last, and none is valid without it: a directory left half written is
        refused by :func:`check`.
        """
        for name, pieces in self.files:
            with (directory / name).open("wb") as file:
                file.writelines(piece.encode() for piece in pieces)


def describe(source: Source, file: BinaryIO, workers: int = 1) -> Description:
    """What goes with the archive of a count in ``file``, if that verifies.

    Raises:
        InvalidRecord: the archive does not verify, or its key is not held by whom the election's
        file names.
    """
    archive = Archive(file)
    election = read_definition(source.definition)
    verified = verify(archive, workers)
    _check_holders(election, verified)
    digest = _sha256(file)
    stations = [station_said(one) for one in source.turnout]
    summary = _summary(
        election, verified, digest, source.roll_hash.hex(), source.ballots, source.log, stations
    )
    closes = audit.closing_of(source.log, election.closes)
    manual = manuals.of_result(election, archive, verified.election.uuid, digest, closes)
    return _description(source, archive, (RESULT, summary), _receipts(archive, verified), manual)


def describe_snapshot(source: Source, file: BinaryIO, workers: int = 1) -> Description:
    """Like :func:`describe`, for an archive without a result.

    Raises:
        InvalidRecord: the archive does not verify.
    """
    archive = Archive(file)
    election = read_definition(source.definition)
    verified = verify(archive, workers)
    summary = _snapshot_summary(
        election, archive, verified, _sha256(file), source.roll_hash.hex(), source.log
    )
    manual = manuals.of_snapshot(election, archive)
    return _description(source, archive, (SNAPSHOT, summary), _receipts(archive, verified), manual)


def is_snapshot(directory: Path) -> bool:
    """Whether a published directory is a snapshot, by what it says."""
    return (directory / SNAPSHOT).exists()


def check(directory: Path, workers: int = 1) -> dict[str, Any]:
    """Verify the archive in a published directory and all that is said of it; its summary.

    Raises:
        InvalidRecord: something does not hold; its one line says what. NotFound: a file is missing.
    """
    with _archive_in(directory) as (path, file):
        archive = Archive(file)
        return _check(directory, path, file, archive, verify(archive, workers))


def check_since(earlier: Path, directory: Path, workers: int = 1) -> tuple[dict[str, Any], int]:
    """Check a published directory, and that it holds all that ``earlier`` did, unchanged.

    The summary of ``directory``, and how many ballots have been added since.

    Raises:
        InvalidRecord, NotFound: see :func:`check`.
    """
    with _archive_in(directory) as (path, file), _archive_in(earlier) as (_, earlier_file):
        before, archive = Archive(earlier_file), Archive(file)
        if not archive.extends(before):
            raise InvalidRecord(
                f"arsip di {directory} tidak memuat semua yang ada di {earlier}, atau mengubahnya"
            )
        summary = _check(directory, path, file, archive, verify(archive, workers))
        if not read_bytes(directory / LOG).startswith(read_bytes(earlier / LOG)):
            raise InvalidRecord(
                f"{LOG} di {directory} tidak memuat semua yang ada di {earlier}, atau mengubahnya"
            )
        added = archive.count(EventType.BALLOT) - before.count(EventType.BALLOT)
    return summary, added


def _check(
    directory: Path, path: Path, file: BinaryIO, archive: Archive, verified: Verified
) -> dict[str, Any]:
    name = SNAPSHOT if is_snapshot(directory) else RESULT
    if path.stem != verified.election.uuid:
        raise InvalidRecord(f"nama arsip seharusnya {verified.election.uuid}.bel")
    said = _read_summary(directory / name)
    definition, election = _read_definition(read_bytes(directory / DEFINITION))
    roll_hash = said.get("sidik_daftar_pemilih")
    if not isinstance(roll_hash, str):
        raise InvalidRecord(f"{name}: isiannya kurang")
    log = _read_log(read_bytes(directory / LOG), election.slug)
    expected = description_of(election.slug, definition, roll_hash, audit.opening_of(log))
    if verified.election.description != expected:
        raise InvalidRecord(
            f"{DEFINITION}, {LOG} atau sidik daftar pemilih di {name} bukan yang ditetapkan saat "
            "dibuka"
        )
    if verified.election.questions != questions_of(election):
        raise InvalidRecord(f"{DEFINITION}: calonnya bukan yang ada di arsip")
    _check_holders(election, verified)
    digest = _sha256(file)
    if name == SNAPSHOT:
        summary = _snapshot_summary(election, archive, verified, digest, roll_hash, log)
    else:
        ballots, stations = said.get("suara_masuk"), said.get("partisipasi_tps")
        if type(ballots) is not int or not isinstance(stations, list):
            raise InvalidRecord(f"{name}: isiannya kurang")
        summary = _summary(election, verified, digest, roll_hash, ballots, log, stations)
    for key in summary.keys() | said.keys():
        if summary.get(key) != said.get(key):
            raise InvalidRecord(f"{name}: isian `{key}` tidak sesuai dengan arsip")
    _check_receipts(directory / RECEIPTS, _receipts(archive, verified))
    return summary


@contextmanager
def _archive_in(directory: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """The one archive in a directory, open for reading."""
    archives = sorted(directory.glob("*.bel"))
    if len(archives) != 1:
        raise InvalidRecord(
            f"di folder {directory} harus ada tepat satu arsip .bel, ternyata {len(archives)}"
        )
    try:
        file = archives[0].open("rb")
    except OSError:
        raise NotFound(f"Berkas {archives[0]} tidak bisa dibaca.") from None
    with file:
        yield archives[0], file


def _description(
    source: Source,
    archive: Archive,
    summary: tuple[str, dict[str, Any]],
    receipts: Iterable[str],
    manual: str,
) -> Description:
    name, said = summary
    return Description(
        said,
        (
            (DEFINITION, [source.definition]),
            (RECEIPTS, receipts),
            (LOG, [f"{one.line}\n" for one in source.log]),
            (MANUAL, [manual]),
            (name, [json.dumps(said, ensure_ascii=False, indent=2) + "\n"]),
        ),
        archive.head,
    )


def _snapshot_summary(
    election: Election,
    archive: Archive,
    verified: Verified,
    digest: str,
    roll_hash: str,
    log: Sequence[Entry],
) -> dict[str, Any]:
    if archive.last is None or archive.last.type not in (EventType.SETUP, EventType.BALLOT):
        raise InvalidRecord("arsip cuplikan berisi lebih dari surat suara")
    if any(one.act == Act.TALLY.value for one in log):
        raise InvalidRecord(f"{LOG}: sudah berisi hitungan, padahal ini cuplikan")
    figures = _figures(verified, log)
    _check_replaced(election, verified)
    return {
        "cuplikan": True,
        "kode": election.slug,
        "judul": election.title,
        **_hours(election, log),
        "uuid": verified.election.uuid,
        "sidik_pemilihan": verified.election.fingerprint,
        "sidik_daftar_pemilih": roll_hash,
        "sha256_arsip": digest,
        "sidik_rantai": archive.head,
        "sha256_jejak": audit.check(log).hex(),
        "pemilih": figures.voters + figures.added,
        "suara_terbit": verified.ballots,
    }


def _summary(
    election: Election,
    verified: Verified,
    digest: str,
    roll_hash: str,
    ballots: int,
    log: Sequence[Entry],
    stations: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    if verified.result is None:
        raise InvalidRecord("arsip belum berisi hasil")
    if log and log[-1].act != Act.TALLY.value:
        raise InvalidRecord(f"{LOG}: bukan jejak sampai hitungannya")
    figures = _figures(verified, log)
    _check_replaced(election, verified)
    voters = figures.voters + figures.added
    _check_stations(stations, voters, range(verified.ballots, ballots + 1))
    return {
        "kode": election.slug,
        "judul": election.title,
        **_hours(election, log),
        "uuid": verified.election.uuid,
        "sidik_pemilihan": verified.election.fingerprint,
        "sidik_daftar_pemilih": roll_hash,
        "sha256_arsip": digest,
        "sha256_jejak": audit.check(log).hex(),
        "pemilih": voters,
        "pemilih_tambahan": figures.added,
        "cadangan": figures.spares,
        "cadangan_dipakai": figures.given,
        "suara_masuk": ballots,
        "disisihkan": ballots - verified.ballots,
        "diganti": len(verified.replaced),
        "partisipasi": round(ballots / voters, 4),
        "partisipasi_tps": list(stations),
        "hasil": contests_said(election, by_candidate(election, verified.result.result)),
    }


def _figures(verified: Verified, log: Sequence[Entry]) -> Figures:
    """What the log says of the roll, if it agrees with the archive's list of credentials.

    Raises:
        InvalidRecord: it does not.
    """
    figures = audit.figures_of(log) or Figures(voters=verified.credentials)
    if figures.voters + figures.spares != verified.credentials:
        raise InvalidRecord(f"{LOG}: jumlah pemilih dan surat cadangan bukan yang ada di arsip")
    return figures


def _hours(election: Election, log: Sequence[Entry]) -> dict[str, str]:
    """The closing hour of the election's file and the one it was put off to, if it was.

    Raises:
        InvalidRecord: the log puts it off in a way that cannot be.
    """
    closes = audit.closing_of(log, election.closes)
    if closes == election.closes:
        return {}
    zone = ZONES[election.zone]
    return {
        "ditutup": election.closes.astimezone(zone).isoformat(),
        "diperpanjang_sampai": closes.astimezone(zone).isoformat(),
    }


def _check_replaced(election: Election, verified: Verified) -> None:
    """See that ballots replace others only where voters may vote again.

    Raises:
        InvalidRecord: they do elsewhere.
    """
    if verified.replaced and not election.allows_revote:
        raise InvalidRecord("ada kredensial yang dipakai dua kali, padahal tidak ada pilih ulang")


def _check_holders(election: Election, verified: Verified) -> None:
    """See that the key is held by whom the election's file names.

    Raises:
        InvalidRecord: it is not.
    """
    group = election.trustees
    (first, *others) = verified.holders
    held = (first.threshold, len(first.certs)) if isinstance(first, Threshold) else None
    if others or held != (group and (group.threshold, len(group.names))):
        raise InvalidRecord(f"kunci di arsip tidak dipegang oleh saksi yang disebut {DEFINITION}")


def station_said(one: Station) -> dict[str, Any]:
    """A station's turnout as `hasil.json` has it."""
    return {"tps": one.name, "pemilih": one.voters, "memilih": one.voted}


def _check_stations(stations: Sequence[dict[str, Any]], voters: int, ballots: range) -> None:
    """See that the turnout of all stations adds up to that of the election.

    ``ballots`` goes from those that count to all that came in.

    Raises:
        InvalidRecord: it does not.
    """
    try:
        read = [Station(one["tps"], int(one["pemilih"]), int(one["memilih"])) for one in stations]
    except (KeyError, TypeError, ValueError):
        raise InvalidRecord(f"{RESULT}: isian `partisipasi_tps` tidak terbaca") from None
    fits = all(0 <= one.voted <= one.voters for one in read)
    adds_up = (
        sum(one.voters for one in read) == voters and sum(one.voted for one in read) in ballots
    )
    if not fits or not adds_up or [station_said(one) for one in read] != list(stations):
        raise InvalidRecord(f"{RESULT}: jumlah di `partisipasi_tps` tidak cocok dengan totalnya")


def contests_said(election: Election, counts: Sequence[ContestCount]) -> list[dict[str, Any]]:
    """The counts as `hasil.json` has them."""
    return [
        {
            "kode": contest.id,
            "jabatan": contest.title,
            "calon": [
                {
                    "nomor": one.number,
                    "nama": one.full_name,
                    "suara": count.votes[one.number],
                }
                for one in contest.candidates
            ],
            "dikosongkan": count.blank,
        }
        for contest, count in zip(election.contests, counts, strict=True)
    ]


def _receipts(archive: Archive, verified: Verified) -> Iterator[str]:
    """The lines of all receipts in the archive, sorted, those that were replaced marked as such."""
    lines = DiskIndex()
    for place, one in enumerate(archive.payloads(EventType.BALLOT), start=1):
        tracker = bytes.fromhex(one)
        line = receipt_of(tracker) + (_REPLACED if place in verified.replaced else "")
        lines.add(line.encode() + _END + tracker)
    for key in lines:
        yield bytes(key).split(_END, 1)[0].decode() + "\n"


def _check_receipts(path: Path, lines: Iterator[str]) -> None:
    """See that a file has the receipts of the archive.

    Raises:
        InvalidRecord: it has not. NotFound: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            same = all(one == line.encode() for one, line in zip_longest(file, lines, fillvalue=""))
    except OSError as error:
        raise NotFound(f"Berkas {path} tidak bisa dibaca: {reason(error)}.") from None
    if not same:
        raise InvalidRecord(f"{RECEIPTS}: bukan tanda terima dari surat suara di arsip")


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _read_log(data: bytes, slug: str) -> list[Entry]:
    """The published log, if every entry is this election's, and none comes after the count."""
    lines = data.decode(errors="replace").split("\n")
    try:
        log = [audit.read_entry(line) for line in lines[:-1]]
        audit.check(log)
    except InvalidRecord as error:
        raise InvalidRecord(f"{LOG}: {error}") from None
    goes_on = any(one.act == Act.TALLY.value for one in log[:-1])
    if lines[-1] or goes_on or any(one.election != slug for one in log):
        raise InvalidRecord(f"{LOG}: bukan jejak pemilihan ini")
    return log


def _read_summary(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(read_bytes(path))
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise InvalidRecord(f"{path.name} tidak terbaca")
    return said


def _read_definition(data: bytes) -> tuple[str, Election]:
    try:
        definition = data.decode()
        return definition, read_definition(definition)
    except (UnicodeDecodeError, BilikError):
        raise InvalidRecord(f"{DEFINITION} tidak terbaca") from None
