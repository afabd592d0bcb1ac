"""What is published of an election, and whether what was published holds.

The archive is the proof. The other files say the same in other words, and :func:`check` sees that
they do: the election's file and the roll's hash are named in the archive's description of it, and
the result and the receipts follow from it. A snapshot is the same of an election that goes on: its
archive has no result yet, and :func:`check_since` sees that a later one only adds to it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from bilik.belenios import wire
from bilik.belenios.archive import Archive, EventType
from bilik.belenios.tally import OwnedPartialDecryption, Result
from bilik.belenios.trustees import Threshold
from bilik.belenios.verify import Verified, verify
from bilik.domain.definition import read_definition
from bilik.domain.election import Election
from bilik.domain.receipt import receipt_of
from bilik.domain.tally import by_candidate
from bilik.errors import BilikError, InvalidRecord, NotFound
from bilik.services.files import read_bytes
from bilik.services.record import Source, description_of, questions_of

DEFINITION, RESULT, RECEIPTS, MANUAL, SNAPSHOT = (
    "pemilihan.yml", "hasil.json", "tanda-terima.txt", "CARA-MEMERIKSA.txt", "cuplikan.json",
)  # fmt: skip

_PIECE = 2**20
_MANUAL = """\
CARA MEMERIKSA HASIL {title}

Siapa pun boleh memeriksa, tanpa izin panitia dan tanpa percaya pada server.

Isi folder ini
  {uuid}.bel   kotak suara: semua surat suara dalam bentuk terenkripsi, jumlahnya, dan
                       bukti bahwa hasilnya benar
  pemilihan.yml        calon dan jadwal, seperti ditetapkan panitia sebelum dibuka
  hasil.json           hasil, jumlah suara masuk, dan sidik daftar pemilih
  tanda-terima.txt     tanda terima semua suara yang dihitung, menurut abjad

1. Suara saya ada di kotak?
   Cari tanda terima dari Bilik di tanda-terima.txt. Isinya tidak menunjukkan pilihan Anda.

2. Hasilnya benar?
   Dengan program yang bukan buatan Bilik (Debian/Ubuntu: apt install belenios-tool):
       belenios-tool election verify
   Jalankan di dalam folder ini.
   Dengan Bilik, yang juga mencocokkan berkas lain di folder ini:
       bilik verify FOLDER

3. Arsipnya tidak diganti?
   SHA-256 berkas .bel saat diterbitkan:
       {digest}
   Umumkan baris itu bersama hasil, dan cocokkan: sha256sum *.bel

{holders}
"""

_HELD_BY_SERVER = """\
Yang tidak dibuktikan oleh pemeriksaan ini
   Kunci pemilihan ini dipegang server sendiri, bukan dibagi kepada saksi. Siapa pun yang memegang
   kunci itu bisa membuka isi surat suara satu per satu. Dan server melihat pilihan saat diketik."""

_HELD_BY_TRUSTEES = """\
4. Siapa yang memegang kunci?
   Kuncinya dibagi kepada {count} saksi: {names}.
   Hasil baru bisa dihitung setelah paling sedikit {threshold} dari mereka bertindak. Server tidak
   pernah memegang kunci itu. Bagian hitungan dari {acted}
   ada di arsip beserta buktinya, dan ikut diperiksa pada langkah 2. Tiap saksi bisa memastikan
   bahwa kunci di arsip memang kunci mereka: bilik trustees rehearse ARSIP.bel

Yang tidak dibuktikan oleh pemeriksaan ini
   Kalau {threshold} saksi bersekongkol, mereka bisa membuka surat suara di arsip satu per satu,
   meski arsip tidak menyebut itu milik siapa. Dan server melihat pilihan saat diketik."""


_SNAPSHOT_MANUAL = """\
CARA MEMERIKSA CUPLIKAN {title}

Suara belum dihitung. Folder ini berisi kotak suara sejauh yang sudah diterbitkan: surat suara
terenkripsi, tanpa hasil. Suara diterbitkan berkelompok, jadi suara yang baru masuk mungkin belum
ada di sini.

Simpan folder ini. Cuplikan berikutnya, dan terbitan akhir, harus memuat semua yang ada di sini:
    bilik verify --since FOLDER-INI FOLDER-BARU
    belenios-tool election verify-diff --dir1 FOLDER-INI --dir2 FOLDER-BARU

Suara saya sudah diterbitkan? Cari tanda terima dari Bilik di tanda-terima.txt.

Sidik rantai saat cuplikan ini dibuat:
    {head}
"""


def describe(source: Source, file: BinaryIO, directory: Path, workers: int = 1) -> dict[str, Any]:
    """Write what goes with the archive in ``file``, if that verifies; what `hasil.json` says.

    Raises:
        InvalidRecord: the archive does not verify, or its key is not held by whom the election's
        file names.
    """
    archive = Archive(file)
    election = read_definition(source.definition)
    verified = verify(archive, workers)
    _check_holders(election, verified)
    digest = _sha256(file)
    summary = _summary(election, verified, digest, source.roll_hash.hex(), source.ballots)
    uuid = verified.election.uuid
    manual = _MANUAL.format(
        title=election.title, uuid=uuid, digest=digest, holders=_key_holders(election, archive)
    )
    _write(directory, source.definition, (RESULT, summary), archive, manual)
    return summary


def describe_snapshot(
    source: Source, file: BinaryIO, directory: Path, workers: int = 1
) -> dict[str, Any]:
    """Like :func:`describe`, for an archive without a result; what `cuplikan.json` says.

    Raises:
        InvalidRecord: the archive does not verify.
    """
    archive = Archive(file)
    election = read_definition(source.definition)
    verified = verify(archive, workers)
    summary = _snapshot_summary(election, archive, verified, _sha256(file), source.roll_hash.hex())
    manual = _SNAPSHOT_MANUAL.format(title=election.title, head=archive.head)
    _write(directory, source.definition, (SNAPSHOT, summary), archive, manual)
    return summary


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
    expected = description_of(election.slug, definition, roll_hash)
    if verified.election.description != expected:
        raise InvalidRecord(
            f"{DEFINITION} atau sidik daftar pemilih di {name} bukan yang ditetapkan saat dibuka"
        )
    if verified.election.questions != questions_of(election):
        raise InvalidRecord(f"{DEFINITION}: calonnya bukan yang ada di arsip")
    _check_holders(election, verified)
    digest = _sha256(file)
    if name == SNAPSHOT:
        summary = _snapshot_summary(election, archive, verified, digest, roll_hash)
    else:
        ballots = said.get("suara_masuk")
        if type(ballots) is not int:
            raise InvalidRecord(f"{name}: isiannya kurang")
        summary = _summary(election, verified, digest, roll_hash, ballots)
    for key in summary.keys() | said.keys():
        if summary.get(key) != said.get(key):
            raise InvalidRecord(f"{name}: isian `{key}` tidak sesuai dengan arsip")
    if read_bytes(directory / RECEIPTS).decode(errors="replace").split() != _receipts(archive):
        raise InvalidRecord(f"{RECEIPTS}: bukan tanda terima dari surat suara di arsip")
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


def _write(
    directory: Path, definition: str, summary: tuple[str, dict[str, Any]], archive: Archive,
    manual: str,
) -> None:  # fmt: skip
    # The summary comes last, and none is valid without it: a folder left half written is refused.
    name, said = summary
    for file, content in (
        (DEFINITION, definition),
        (RECEIPTS, "".join(f"{one}\n" for one in _receipts(archive))),
        (MANUAL, manual),
        (name, json.dumps(said, ensure_ascii=False, indent=2) + "\n"),
    ):
        (directory / file).write_bytes(content.encode())


def _snapshot_summary(
    election: Election, archive: Archive, verified: Verified, digest: str, roll_hash: str
) -> dict[str, Any]:
    if archive.last is None or archive.last.type not in (EventType.SETUP, EventType.BALLOT):
        raise InvalidRecord("arsip cuplikan berisi lebih dari surat suara")
    return {
        "cuplikan": True,
        "kode": election.slug,
        "judul": election.title,
        "uuid": verified.election.uuid,
        "sidik_pemilihan": verified.election.fingerprint,
        "sidik_daftar_pemilih": roll_hash,
        "sha256_arsip": digest,
        "sidik_rantai": archive.head,
        "pemilih": verified.credentials,
        "suara_terbit": verified.ballots,
    }


def _summary(
    election: Election, verified: Verified, digest: str, roll_hash: str, ballots: int
) -> dict[str, Any]:
    if verified.result is None:
        raise InvalidRecord("arsip belum berisi hasil")
    return {
        "kode": election.slug,
        "judul": election.title,
        "uuid": verified.election.uuid,
        "sidik_pemilihan": verified.election.fingerprint,
        "sidik_daftar_pemilih": roll_hash,
        "sha256_arsip": digest,
        "pemilih": verified.credentials,
        "suara_masuk": ballots,
        "disisihkan": ballots - verified.ballots,
        "partisipasi": round(ballots / verified.credentials, 4),
        "hasil": _contests(election, verified.result),
    }


def _key_holders(election: Election, archive: Archive) -> str:
    """The manual's words on who holds the key, and who of them has decrypted."""
    group = election.trustees
    if group is None:
        return _HELD_BY_SERVER
    acted = [
        wire.decode(OwnedPartialDecryption, archive.data(payload)).owner
        for payload in archive.payloads(EventType.PARTIAL_DECRYPTION)
    ]
    return _HELD_BY_TRUSTEES.format(
        count=len(group.names),
        names=", ".join(group.names),
        threshold=group.threshold,
        acted=", ".join(group.names[owner - 1] for owner in acted),
    )


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


def _contests(election: Election, result: Result) -> Sequence[dict[str, Any]]:
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
        for contest, count in zip(
            election.contests, by_candidate(election, result.result), strict=True
        )
    ]


def _receipts(archive: Archive) -> list[str]:
    return sorted(receipt_of(bytes.fromhex(one)) for one in archive.payloads(EventType.BALLOT))


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


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
