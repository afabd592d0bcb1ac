"""What the panitia has done, to an election and with accounts, and whether the logs are whole."""

from __future__ import annotations

from starlette.responses import Response

from bilik.domain.audit import ACCOUNTS, Entry, read_hour
from bilik.domain.indonesian import figure, moment_text
from bilik.services.audit import Log
from bilik.services.reserve import Kind
from bilik.web.panitia.show import show
from bilik.web.panitia.ways import BOTH, Visit, Way

_ZONE = "WIB"
_NEWEST = 200
_ACTS = {
    "muat": "Memuat berkas pemilihan", "hapus": "Menghapus rancangan",
    "impor": "Menyimpan daftar pemilih", "kode": "Membuat kode undangan",
    "buka": "Membuka pemilihan", "minta-cadangan": "Meminta surat cadangan",
    "beri-cadangan": "Memberi surat cadangan", "batal-cadangan": "Membatalkan permintaan",
    "jeda": "Menjeda", "lanjut": "Melanjutkan", "tutup": "Menutup pemilihan",
    "kunci-saksi": "Menerima berkas kunci saksi", "kunci-saksi-ulang": "Mengulang kunci saksi",
    "cuplikan": "Membuat cuplikan", "jumlahkan": "Menjumlahkan suara",
    "bagian-saksi": "Menerima bagian saksi", "hitung": "Menghitung", "terbit": "Menerbitkan",
    "berita-acara": "Membuat berita acara", "perpanjang": "Mengundur jam tutup",
    "ingatkan": "Mengingatkan pemilih", "tolak-surat-hilang": "Menolak laporan surat hilang",
    "pulihkan": "Memulihkan dari cadangan", "minta-hapus-data": "Meminta data pemilih dihapus",
    "batal-hapus-data": "Membatalkan permintaan hapus data", "hapus-data": "Menghapus data pemilih",
    "hitung-ulang": "Menghitung ulang", "ambil-surat": "Mengunduh kode atau surat",
    "hapus-surat": "Menghapus kode dan surat dari server", "akun-baru": "Membuat akun",
    "akun-siap": "Menyelesaikan pendaftaran", "akun-ulang": "Mengulang pendaftaran",
    "akun-sandi": "Mengganti kata sandi",
    "akun-peran": "Mengubah peran", "akun-hapus": "Menghapus akun", "masuk": "Masuk",
    "keluar": "Keluar", "masuk-ditahan": "Salah masuk berkali-kali; ditahan sebentar",
}  # fmt: skip


_KEYS = {"pemilihan_yml": "berkas", "jenis": "untuk"}
_VALUES = {Kind.LATE.value: "pemilih terlewat", Kind.LOST.value: "surat hilang"}


def _of_election(visit: Visit) -> Response:
    standing = visit.desk.glance(visit.slug)
    (log,) = visit.desk.logs(visit.slug)
    return _shown(visit, log, standing.election.title, visit.home)


def _of_accounts(visit: Visit) -> Response:
    (log,) = visit.desk.logs(ACCOUNTS)
    return _shown(visit, log, "Akun", "/panitia/akun")


def _shown(visit: Visit, log: Log, title: str, back: str) -> Response:
    values = {
        "log": log,
        "zone": log.zone or _ZONE,
        "entries": list(reversed(log.entries))[:_NEWEST],
        "act_of": lambda entry: _ACTS.get(entry.act, entry.act),
        "details_of": lambda entry: _details(entry, log.zone or _ZONE),
        "heading": title,
        "back": back,
    }
    return show(visit, "jejak.html", values)


def _details(entry: Entry, zone: str) -> str:
    """Figures and names of an act; a hash by its beginning, an hour as the clock shows it."""
    return ", ".join(
        f"{_KEYS.get(key, key.replace('_', ' '))} {_value(value, zone)}"
        for key, value in sorted(entry.details.items())
    )


def _value(value: object, zone: str) -> str:
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, int):
        return figure(value)
    text = str(value)
    if (hour := read_hour(text)) is not None:
        return moment_text(hour, zone)
    return f"{text[:12]}…" if len(text) == 64 else _VALUES.get(text, text)


WAYS = (
    Way("/panitia/p/{slug}/jejak", "GET", BOTH, _of_election),
    Way("/panitia/akun/jejak", "GET", BOTH, _of_accounts),
)
