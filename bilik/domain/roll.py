"""The rows of a voter roll: which column is what, which rows can stand, and why others cannot.

Rows come from a spreadsheet, see :mod:`bilik.services.sheets`, as the texts of their cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple

from bilik.domain.identity import NIK_DIGITS
from bilik.domain.nik_signs import birth_date, birthday_of, has_known_place
from bilik.domain.phone import normal_phone

_HEADERS = {
    "nik": "nik no_nik nomor_nik nonik no_ktp nomor_ktp ktp noktp nik_ktp no_nik_ktp "
    "nomor_induk_kependudukan no_induk_kependudukan nomor_induk_kependudukan_nik",
    "name": "nama nama_lengkap nama_pemilih namalengkap nama_warga nama_anggota nama_siswa "
    "nama_lengkap_pemilih name",
    "phone": "no_hp hp nomor_hp nohp no_handphone handphone nomor_handphone no_wa wa nomor_wa "
    "whatsapp no_whatsapp nomor_whatsapp hp_wa no_hp_wa wa_hp telepon no_telepon nomor_telepon "
    "telp no_telp notelp tlp no_tlp telephone phone ponsel no_ponsel",
    "tps": "tps no_tps nomor_tps kode_tps rt rt_rw",
}
_FIELD = {variant: field for field, variants in _HEADERS.items() for variant in variants.split()}

_NIK_DAMAGED = re.compile(r"\d[.,]?\d*E\+?\d+", re.IGNORECASE)
_LOOSE = re.compile(r"[\s.'’`\"-]")
_OTHER_NIK = re.compile(r"\d{16}", re.ASCII)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_MONTHS = (
    "jan|januari|january|feb|februari|february|mar|maret|march|apr|april|mei|may|jun|juni|june|jul|"
    "juli|july|agu|agt|ags|agustus|aug|august|sep|sept|september|okt|oktober|oct|october|nov|"
    "november|des|desember|dec|december"
)
_BECAME_DATE = re.compile(
    rf"\d{{4}}-\d\d-\d\d|\d{{1,2}}[ -](?:{_MONTHS})|(?:{_MONTHS})[ -]\d{{2,4}}", re.IGNORECASE
)
"""How a spreadsheet shows ``01/02`` once it has taken that for a day."""
_NUMBERING = re.compile(r"\(?\d{1,2}\)?\.?", re.ASCII)


class Oddity(str, Enum):
    """Why somebody should look at a row again, though it can stand."""

    PLACE = "kode wilayah di NIK tidak dikenal"
    BIRTH = "tanggal lahir di NIK tidak mungkin"
    YOUNG = "belum cukup umur pada hari pemungutan, menurut NIK"


# Tuples, for there may be millions of them, one after the other.
class RollEntry(NamedTuple):
    """One voter: NIK of 16 digits, name, TPS (may be empty), telephone in E.164 (may be empty)."""

    nik: str
    name: str
    tps: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        """Without its contents, so that none reaches a log."""
        return "RollEntry(…)"


class RollRow(NamedTuple):
    """A row as it was read.

    ``nik`` is empty if it cannot be one. ``entry`` is None if there are ``mistakes``, which are
    texts that say what is wrong and the remedy.
    """

    nik: str
    entry: RollEntry | None
    mistakes: tuple[str, ...] = ()
    oddities: tuple[Oddity, ...] = ()

    def __repr__(self) -> str:
        """Without its contents."""
        return "RollRow(…)"


@dataclass(frozen=True)
class Columns:
    """Where a roll's columns are, from 0; None for one that it does not have."""

    nik: int
    name: int
    phone: int | None
    tps: int | None


def find_columns(titles: Sequence[str]) -> Columns | None:
    """The columns under these titles; None if there is none of NIK or of names."""
    at: dict[str, int] = {}
    for place, title in enumerate(titles):
        plain = _plain(title)
        field = _FIELD.get(plain)
        if field and (field not in at or plain == "tps"):  # "tps" goes before "rt"
            at[field] = place
    if "nik" not in at or "name" not in at:
        return None
    return Columns(at["nik"], at["name"], at.get("phone"), at.get("tps"))


def missing_columns(titles: Sequence[str]) -> list[str]:
    """Which of the columns that a roll must have are under none of these titles."""
    found = {_FIELD.get(_plain(title)) for title in titles}
    return [title for field, title in (("nik", "nik"), ("name", "nama")) if field not in found]


def is_numbering(cells: Sequence[str]) -> bool:
    """Whether a row numbers the columns, ``(1) (2) (3)``, as forms do under their titles."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and all(map(_NUMBERING.fullmatch, filled))


class RollReader:
    """Reads rows of cells, one after the other; keeps nothing of them."""

    def __init__(
        self, columns: Columns, voting_day: date | None = None, least_age: int = 0
    ) -> None:
        """With a voting day, voters younger than ``least_age`` then are odd."""
        self._columns = columns
        self._day = voting_day or date.max
        self._born_by = birthday_of(least_age, voting_day) if voting_day else date.max

    def read(self, cells: Sequence[str]) -> RollRow:
        """One row; the cells may be fewer than the titles."""
        columns = self._columns
        nik = _tidy(_cell(cells, columns.nik))
        mistakes = []
        if not _is_nik(nik):
            nik = _LOOSE.sub("", nik)
            if not _is_nik(nik):
                mistakes.append(_nik_mistake(nik))
                nik = ""
        name_cell = _cell(cells, columns.name)
        name = " ".join(_tidy(name_cell).split())
        if not name:
            mistakes.append("nama belum diisi")
        elif "\n" in name_cell or _holds_other_rows(cells):
            mistakes.append('berisi baris lain; periksa tanda kutip (") di baris ini')
        elif name[0] == "#" or "\0" in name or _has_long_number(name):
            mistakes.append("nama berisi angka panjang atau galat rumus; tulis namanya saja")
        elif _is_formula(name):
            mistakes.append("nama diawali tanda rumus (= + - @); tulis namanya saja")
        written = _cell(cells, columns.phone)
        phone = normal_phone(written) if written else ""
        if phone is None:
            mistakes.append(_phone_mistake(written))
        tps = " ".join(_tidy(_cell(cells, columns.tps)).split())
        if _is_formula(tps):
            mistakes.append("TPS diawali tanda rumus (= + - @); tulis TPS-nya saja")
        if _BECAME_DATE.fullmatch(tps):
            mistakes.append(
                "TPS atau RT/RW diubah spreadsheet menjadi tanggal; ubah kolomnya ke Teks, lalu "
                "ketik ulang"
            )
        if mistakes:
            return RollRow(nik, None, tuple(mistakes))
        return RollRow(nik, RollEntry(nik, name, tps, phone or ""), (), self._oddities(nik))

    def _oddities(self, nik: str) -> tuple[Oddity, ...]:
        found = () if has_known_place(nik) else (Oddity.PLACE,)
        born = birth_date(nik, self._day)
        if born is None:
            return (*found, Oddity.BIRTH)
        if born > self._born_by:
            return (*found, Oddity.YOUNG)
        return found


def _is_nik(text: str) -> bool:
    return len(text) == NIK_DIGITS and text.isascii() and text.isdigit() and text[0] != "0"


def _nik_mistake(nik: str) -> str:
    """What is wrong with what stands in the column of NIKs; nothing of it is told."""
    if not nik:
        return "NIK belum diisi"
    if _NIK_DAMAGED.fullmatch(nik):
        return (
            "NIK dirusak spreadsheet (seperti 3,32E+15) dan angka terakhirnya hilang; ubah kolom "
            "NIK ke Teks, lalu ketik ulang dari KTP"
        )
    if not (nik.isascii() and nik.isdigit()):
        return "NIK berisi tanda selain angka; tulis 16 angkanya saja"
    if nik[0] == "0":
        return "NIK tidak pernah diawali 0; periksa di KTP"
    if len(nik) == NIK_DIGITS - 1:
        return (
            "NIK hanya 15 angka: ada satu yang hilang, dan bukan 0 di depan, karena NIK tidak "
            "pernah diawali 0; periksa di KTP"
        )
    return f"NIK harus {NIK_DIGITS} angka, yang tertulis {len(nik)}"


def _phone_mistake(text: str) -> str:
    if _NIK_DAMAGED.fullmatch(text.strip()):
        return (
            "nomor HP dirusak spreadsheet (seperti 6,28E+12); ubah kolomnya ke Teks, lalu ketik "
            "ulang"
        )
    return "nomor HP tidak terbaca; tulis satu nomor seperti 081234567890, atau kosongkan"


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet would take a cell for a formula, in our files of codes too (OWASP, "CSV
    Injection")."""
    return text[:1] in ("=", "+", "-", "@") and len(text) > 1


def _holds_other_rows(cells: Sequence[str]) -> bool:
    """Whether a stray quote has made voters a part of a cell."""
    if "\n" not in "".join(cells):
        return False
    return any("\n" in cell and _OTHER_NIK.search(cell) for cell in cells)


def _has_long_number(name: str) -> bool:
    return not name.isalpha() and bool(re.search(r"\d{6}", name))


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at] if at is not None and at < len(cells) else ""


def _tidy(text: str) -> str:
    return text.strip() if text.isascii() else _INVISIBLE.sub("", text).strip()


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.strip().lower()).strip("_")
