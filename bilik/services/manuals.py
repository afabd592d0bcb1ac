"""The page that goes with what is published, and says how to check it."""

from __future__ import annotations

from datetime import datetime

from bilik.belenios import wire
from bilik.belenios.archive import Archive, EventType
from bilik.belenios.tally import OwnedPartialDecryption
from bilik.domain.election import Election
from bilik.domain.indonesian import moment_text

_MANUAL = """\
CARA MEMERIKSA HASIL {title}

Siapa pun boleh memeriksa, tanpa izin panitia dan tanpa percaya pada server.

Isi folder ini
  {uuid}.bel   kotak suara: semua surat suara dalam bentuk terenkripsi, jumlahnya, dan
                       bukti bahwa hasilnya benar
  pemilihan.yml        calon dan jadwal, seperti ditetapkan panitia sebelum dibuka
  hasil.json           hasil, jumlah suara masuk, partisipasi tiap TPS, dan sidik daftar pemilih
  tanda-terima.txt     tanda terima semua suara di kotak, menurut abjad
  jejak-panitia.jsonl  semua yang dilakukan panitia sampai hitungan, siapa dan kapan; tiap baris
                       menyebut SHA-256 baris sebelumnya
{extended}
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
   Panitia membacakan baris itu bersama hasil. Cocokkan: sha256sum *.bel

{holders}
"""

_EXTENDED = """\

Jam tutup di pemilihan.yml diundur panitia saat pemungutan berjalan, sampai
{closes}. Alasannya ada di jejak-panitia.jsonl.
"""

_REVOTE = """\
   Kalau Anda memilih lebih dari sekali, hanya suara terakhir yang dihitung; yang lama ditandai
   "sudah diganti".
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


def of_result(
    election: Election, archive: Archive, uuid: str, digest: str, closes: datetime
) -> str:
    """How to check a count, whose archive has the SHA-256 ``digest``.

    ``closes`` is the hour at which voting was to end at last, which may be later than the file's.
    """
    later = _EXTENDED.format(closes=moment_text(closes, election.zone))
    return _MANUAL.format(
        title=election.title,
        uuid=uuid,
        digest=digest,
        extended=later if closes > election.closes else "",
        revote=_REVOTE if election.allows_revote else "",
        holders=_key_holders(election, archive),
    )


def of_snapshot(election: Election, archive: Archive) -> str:
    """How to check a snapshot, and to see later that all of it is still there."""
    return _SNAPSHOT_MANUAL.format(title=election.title, head=archive.head)


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
