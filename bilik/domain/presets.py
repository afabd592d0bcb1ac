"""Elections of the usual kinds, as a `pemilihan.yml` that explains itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from bilik.clock import ZONES
from bilik.domain.election import LEAST_AGE


@dataclass(frozen=True)
class Office:
    """One contest of a preset: its code, what is voted for, and what people call it."""

    code: str
    title: str
    aliases: tuple[str, ...]
    pairs: bool = False


@dataclass(frozen=True)
class Preset:
    """A kind of election: what it is called, where it is held, and what is usual there.

    ``offices`` gives the contests for a place, since "Kota Bogor" elects no *bupati*. A place that
    begins with none of ``words`` gets ``word`` before it: "Sukamaju" is *Desa Sukamaju*.
    """

    label: str
    place_question: str
    place_example: str
    title: str
    offices: Callable[[str], tuple[Office, ...]]
    opens: time
    closes: time
    least_age: int = LEAST_AGE
    word: str = ""
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answers:
    """What was asked; ``candidates`` by contest code, each with one name, or two for a pair."""

    place: str
    zone: str
    day: date
    opens: time
    closes: time
    contact: str
    candidates: Mapping[str, Sequence[tuple[str, ...]]]


def _neighbourhood(place: str) -> tuple[Office, ...]:
    if place.upper().startswith("RW"):
        return (Office("rw", "Ketua RW", ("pak rw", "ketua rw")),)
    return (Office("rt", "Ketua RT", ("pak rt", "ketua rt")),)


def _region(place: str) -> tuple[Office, ...]:
    governor = Office(
        "gubernur", "Gubernur dan Wakil Gubernur", ("gub", "cagub", "gubernur"), pairs=True
    )
    if place.lower().startswith("kota"):
        mayor = ("wali kota", "walikota", "cawalkot", "walkot")
        return (governor, Office("walikota", "Wali Kota dan Wakil Wali Kota", mayor, pairs=True))
    regent = ("bup", "cabup", "bupati")
    return (governor, Office("bupati", "Bupati dan Wakil Bupati", regent, pairs=True))


PRESETS = (
    Preset(
        "RT/RW", "RT atau RW mana?", "RT 05 RW 09 Kampung Kenanga", "Pemilihan Ketua {place}",
        _neighbourhood, time(8), time(20), word="RT", words=frozenset({"rt", "rw"}),
    ),
    Preset(
        "Pilkades", "Desa mana?", "Desa Sukamaju", "Pemilihan Kepala {place}",
        lambda place: (Office("kades", "Kepala Desa", ("kades", "lurah", "pak kades")),),
        time(7), time(13), word="Desa",
        words=frozenset("desa kelurahan nagari gampong kampung pekon negeri kute lembang".split()),
    ),
    Preset(
        "Pilkada (gubernur, serta bupati atau wali kota)", "Kabupaten atau kota mana?",
        "Kabupaten Rimba Jaya", "Pilkada {place}", _region, time(7), time(13),
    ),
    Preset(
        "OSIS", "Sekolah mana?", "SMA Negeri 1 Sukamaju", "Pemilihan Ketua OSIS {place}",
        lambda place: (Office("ketos", "Ketua OSIS", ("ketos", "ketua osis")),),
        time(7), time(15), least_age=0,
    ),
    Preset(
        "Koperasi", "Koperasi apa?", "Koperasi Mitra Bahari", "Pemilihan Ketua {place}",
        lambda place: (Office("ketua", "Ketua Koperasi", ("ketua", "ketum")),),
        time(8), time(13), word="Koperasi",
        words=frozenset("koperasi ksp kud kopkar kopma primkop".split()),
    ),
)  # fmt: skip


def full_place(preset: Preset, place: str) -> str:
    """``Desa Sukamaju``, also where only "Sukamaju" was said."""
    begins = place.split(maxsplit=1)[0].lower() if place.split() else ""
    return place if not preset.word or begins in preset.words else f"{preset.word} {place}"


def title_of(preset: Preset, place: str) -> str:
    """``Pemilihan Kepala Desa Sukamaju``."""
    return preset.title.format(place=full_place(preset, place))


def written(preset: Preset, answers: Answers) -> str:
    """The file's text. Names may hold anything printable."""
    day, title = answers.day, title_of(preset, answers.place)
    lines = [
        "# Berkas pemilihan. Tanda # memulai keterangan; hapus # di depan sebuah isian untuk",
        "# memakainya. Sesudah diubah: unggah lagi di meja panitia, atau bilik election check",
        "",
        "# Nama pendek tanpa spasi, untuk perintah `bilik` dan nama berkas.",
        f"kode: {_code(full_place(preset, answers.place), day)}",
        f"judul: {_quoted(title)}",
        "",
        f"# Jam di bawah ini menurut zona waktu ini: {', '.join(ZONES)}.",
        f"zona_waktu: {answers.zone}",
        f"dibuka: {day} {answers.opens:%H:%M}",
        f"ditutup: {day} {answers.closes:%H:%M}",
        "# Sesudah ditutup, pemilih yang sudah masuk mendapat waktu sebanyak ini.",
        "tenggang_menit: 15",
        "",
        "# Ke mana pemilih bertanya.",
        f"kontak: {_quoted(answers.contact)}",
        "",
        "# Pemilih di daftar yang lebih muda dari ini pada hari itu ditunjukkan kepada panitia,",
        "# tidak ditolak. 0: tidak diperiksa.",
        f"usia_minimum: {preset.least_age}",
        "",
        "# Saksi memegang kunci bersama: dengan ini server sendirian tidak bisa membuka suara.",
        "# Sangat dianjurkan; caranya di docs/saksi.md.",
        "# saksi:",
        "#   ambang: 2",
        "#   nama: [Bu Sri, Pak Dedi, Pak Joko]",
        "",
        "# Pemilih boleh mengganti pilihannya sampai ditutup; suara terakhir yang dihitung.",
        "# pilih_ulang: ya",
        "# Suara hanya diterima dari nomor HP yang ada di daftar pemilih.",
        "# wajib_nomor_terdaftar: ya",
        "# Surat cadangan untuk tiap seratus pemilih.",
        "# cadangan_persen: 2",
        "# Sesudah sekian hari sejak ditutup, data pemilih boleh dihapus: bilik purge",
        "# simpan_data_hari: 30",
        "",
        "# Untuk berita acara: tempat penghitungan, dan nama panitia, ketua lebih dulu.",
        "# tempat: Balai Desa Sukamaju",
        "# panitia: [Pak Slamet, Bu Ratna, Pak Dedi]",
        "",
        "surat_suara:",
    ]
    for office in preset.offices(answers.place):
        lines += _contest(office, answers.candidates[office.code])
    return "\n".join(lines) + "\n"


def _contest(office: Office, candidates: Sequence[tuple[str, ...]]) -> list[str]:
    lines = [
        f"  - kode: {office.code}",
        f"    jabatan: {_quoted(office.title)}",
        "    # Sebutan lain untuk jabatan ini di obrolan.",
        f"    sebutan: [{', '.join(office.aliases)}]",
        "    calon:",
    ]
    for number, names in enumerate(candidates, start=1):
        name = _quoted(names[0]) if len(names) == 1 else f"[{', '.join(map(_quoted, names))}]"
        lines += [f"      - nomor: {number}", f"        nama: {name}"]
        if number == 1:
            lines += [
                "        # Isian lain untuk tiap calon, semuanya boleh ditinggalkan:",
                "        # panggilan: [Pak Haji, Bang Ali]",
                "        # jenis_kelamin: L          # L atau P",
                "        # visi: Satu kalimat.",
                "        # misi: [Yang pertama, Yang kedua]",
                "        # foto: foto/calon-1.jpg    # JPEG atau PNG, paling besar 1 MB",
            ]
    if len(candidates) == 1:
        lines += [
            "      # Calon tunggal melawan kotak kosong.",
            "      - nomor: 2",
            "        kotak_kosong: ya",
        ]
    return lines


def _code(place: str, day: date) -> str:
    """``desa-sukamaju-2026``, as `kode` must look."""
    words = re.sub(r"[^a-z0-9]+", "-", place.lower()).strip("-")[:30].strip("-")
    return f"{words or 'pemilihan'}-{day.year}"


def _quoted(text: str) -> str:
    """A text as YAML takes it for a text, whatever is in it: JSON's strings are YAML's too."""
    return json.dumps(text, ensure_ascii=False)
