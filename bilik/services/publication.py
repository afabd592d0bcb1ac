"""What is published of a counted election, and whether what was published holds.

The archive is the proof. The other files say the same in other words, and :func:`check` sees that
they do: the election's file, the roll's hash and the panitia's log up to the opening are named in
the archive's description of it, and the result and the receipts follow from it. The log's later
entries are bound to nothing but its head in `hasil.json`, which is to be announced with the result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from bilik.belenios.archive import Archive, EventType
from bilik.belenios.tally import Result
from bilik.belenios.verify import Verified, verify
from bilik.domain import audit
from bilik.domain.audit import Act, Entry, Figures
from bilik.domain.definition import read_definition
from bilik.domain.election import Election
from bilik.domain.receipt import receipt_of
from bilik.domain.tally import by_candidate
from bilik.errors import BilikError, InvalidRecord, NotFound
from bilik.services.files import read_bytes
from bilik.services.record import Source, description_of, questions_of

DEFINITION, RESULT, RECEIPTS, LOG, MANUAL = (
    "pemilihan.yml", "hasil.json", "tanda-terima.txt", "jejak-panitia.jsonl", "CARA-MEMERIKSA.txt",
)  # fmt: skip

_PIECE = 2**20
_REPLACED = " sudah diganti suara yang lebih baru"
_MANUAL = """\
CARA MEMERIKSA HASIL {title}

Siapa pun boleh memeriksa, tanpa izin panitia dan tanpa percaya pada server.

Isi folder ini
  {uuid}.bel   kotak suara: semua surat suara dalam bentuk terenkripsi, jumlahnya, dan
                       bukti bahwa hasilnya benar
  pemilihan.yml        calon dan jadwal, seperti ditetapkan panitia sebelum dibuka
  hasil.json           hasil, jumlah suara masuk, dan sidik daftar pemilih
  tanda-terima.txt     tanda terima semua suara yang dihitung, menurut abjad
  jejak-panitia.jsonl  semua yang dilakukan panitia sampai hitungan, siapa dan kapan; tiap baris
                       menyebut SHA-256 baris sebelumnya

1. Suara saya ada di kotak?
   Cari tanda terima dari Bilik di tanda-terima.txt. Isinya tidak menunjukkan pilihan Anda.
{revote}
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

Yang tidak dibuktikan oleh pemeriksaan ini
   Kunci pemilihan ini dipegang server sendiri, bukan dibagi kepada saksi. Siapa pun yang memegang
   kunci itu bisa membuka isi surat suara satu per satu. Dan server melihat pilihan saat diketik.
"""

_REVOTE = """\
   Kalau Anda memilih lebih dari sekali, hanya suara terakhir yang dihitung; yang lama ditandai
   "sudah diganti".
"""


def describe(source: Source, file: BinaryIO, directory: Path, workers: int = 1) -> dict[str, Any]:
    """Write what goes with the archive in ``file``, if that verifies; what `hasil.json` says.

    Raises:
        InvalidRecord: the archive does not verify.
    """
    archive = Archive(file)
    election = read_definition(source.definition)
    verified = verify(archive, workers)
    digest = _sha256(file)
    summary = _summary(
        election, archive, verified, digest, source.roll_hash.hex(), source.ballots, source.log
    )
    uuid = verified.election.uuid
    revote = _REVOTE if election.allows_revote else ""
    manual = _MANUAL.format(title=election.title, uuid=uuid, digest=digest, revote=revote)
    for name, content in (
        (DEFINITION, source.definition),
        (RESULT, json.dumps(summary, ensure_ascii=False, indent=2) + "\n"),
        (RECEIPTS, "".join(f"{one}\n" for one in _receipts(archive, verified))),
        (LOG, "".join(f"{one.line}\n" for one in source.log)),
        (MANUAL, manual),
    ):
        (directory / name).write_bytes(content.encode())
    return summary


def check(directory: Path, workers: int = 1) -> dict[str, Any]:
    """Verify the archive in a published directory and all that is said of it; its `hasil.json`.

    Raises:
        InvalidRecord: something does not hold; its one line says what. NotFound: a file is missing.
    """
    archives = sorted(directory.glob("*.bel"))
    if len(archives) != 1:
        raise InvalidRecord(
            f"di folder {directory} harus ada tepat satu arsip .bel, ternyata {len(archives)}"
        )
    try:
        with archives[0].open("rb") as file:
            archive = Archive(file)
            verified = verify(archive, workers)
            digest = _sha256(file)
    except OSError:
        raise NotFound(f"Berkas {archives[0]} tidak bisa dibaca.") from None
    if archives[0].stem != verified.election.uuid:
        raise InvalidRecord(f"nama arsip seharusnya {verified.election.uuid}.bel")
    said = _read_summary(read_bytes(directory / RESULT))
    definition, election = _read_definition(read_bytes(directory / DEFINITION))
    roll_hash, ballots = said.get("sidik_daftar_pemilih"), said.get("suara_masuk")
    if not isinstance(roll_hash, str) or type(ballots) is not int:
        raise InvalidRecord(f"{RESULT}: isiannya kurang")
    log = _read_log(read_bytes(directory / LOG), election.slug)
    expected = description_of(election.slug, definition, roll_hash, audit.opening_of(log))
    if verified.election.description != expected:
        raise InvalidRecord(
            f"{DEFINITION}, {LOG} atau sidik daftar pemilih di {RESULT} bukan yang ditetapkan saat "
            "dibuka"
        )
    if verified.election.questions != questions_of(election):
        raise InvalidRecord(f"{DEFINITION}: calonnya bukan yang ada di arsip")
    summary = _summary(election, archive, verified, digest, roll_hash, ballots, log)
    for key in summary.keys() | said.keys():
        if summary.get(key) != said.get(key):
            raise InvalidRecord(f"{RESULT}: isian `{key}` tidak sesuai dengan arsip")
    receipts = read_bytes(directory / RECEIPTS).decode(errors="replace").splitlines()
    if receipts != _receipts(archive, verified):
        raise InvalidRecord(f"{RECEIPTS}: bukan tanda terima dari surat suara di arsip")
    return summary


def _summary(
    election: Election,
    archive: Archive,
    verified: Verified,
    digest: str,
    roll_hash: str,
    ballots: int,
    log: Sequence[Entry],
) -> dict[str, Any]:
    if verified.result is None:
        raise InvalidRecord("arsip belum berisi hasil")
    figures = audit.figures_of(log) or Figures(voters=verified.credentials)
    if figures.voters + figures.spares != verified.credentials:
        raise InvalidRecord(f"{LOG}: jumlah pemilih dan surat cadangan bukan yang ada di arsip")
    voters = figures.voters + figures.added
    replaced = sum(1 for _ in archive.payloads(EventType.BALLOT)) - verified.ballots
    if replaced and not election.allows_revote:
        raise InvalidRecord("ada kredensial yang dipakai dua kali, padahal tidak ada pilih ulang")
    return {
        "kode": election.slug,
        "judul": election.title,
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
        "diganti": replaced,
        "partisipasi": round(ballots / voters, 4),
        "hasil": _contests(election, verified.result),
    }


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


def _receipts(archive: Archive, verified: Verified) -> list[str]:
    """The receipts of all ballots in the archive, those that were replaced marked as such."""
    return sorted(
        receipt_of(bytes.fromhex(one)) + ("" if one in verified.counted else _REPLACED)
        for one in archive.payloads(EventType.BALLOT)
    )


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _read_log(data: bytes, slug: str) -> list[Entry]:
    """The published log, if every entry is this election's and the last one the count."""
    lines = data.decode(errors="replace").split("\n")
    try:
        log = [audit.read_entry(line) for line in lines[:-1]]
        audit.check(log)
    except InvalidRecord as error:
        raise InvalidRecord(f"{LOG}: {error}") from None
    counts = [one.number for one in log if one.act == Act.TALLY.value]
    ends_with_it = not log or counts == [len(log)]
    if lines[-1] or not ends_with_it or any(one.election != slug for one in log):
        raise InvalidRecord(f"{LOG}: bukan jejak pemilihan ini sampai hitungannya")
    return log


def _read_summary(data: bytes) -> dict[str, Any]:
    try:
        said = json.loads(data)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise InvalidRecord(f"{RESULT} tidak terbaca")
    return said


def _read_definition(data: bytes) -> tuple[str, Election]:
    try:
        definition = data.decode()
        return definition, read_definition(definition)
    except (UnicodeDecodeError, BilikError):
        raise InvalidRecord(f"{DEFINITION} tidak terbaca") from None
