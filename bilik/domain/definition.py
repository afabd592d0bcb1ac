"""`pemilihan.yml` read into an :class:`Election`, with every mistake at its line, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from bilik.clock import ZONES
from bilik.domain.election import (
    LEAST_AGE,
    SPARE_PERCENT,
    Candidate,
    Contest,
    Election,
    Visibility,
)
from bilik.domain.trustees import TRUSTEE_KEYS, read_trustees
from bilik.domain.yaml_lines import Section, read_section
from bilik.errors import FileProblems, Problem

ELECTION_KEYS = (
    "kode", "judul", "zona_waktu", "dibuka", "ditutup", "tenggang_menit", "hasil", "kontak",
    "simpan_tak_dipahami", "wajib_nomor_terdaftar", "saksi", "cadangan_persen", "pilih_ulang",
    "usia_minimum", "surat_suara",
)  # fmt: skip
CONTEST_KEYS = ("kode", "jabatan", "sebutan", "calon")
CANDIDATE_KEYS = (
    "nomor", "nama", "panggilan", "jenis_kelamin", "visi", "misi", "kotak_kosong",
)  # fmt: skip
VISIBILITY = {"setelah_ditutup": Visibility.AFTER_CLOSING, "langsung": Visibility.LIVE}
MAX_NUMBER = 99
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H.%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S")
_NEVER = datetime(1970, 1, 1, tzinfo=timezone.utc)


def read_definition(text: str, file: str = "pemilihan.yml") -> Election:
    """Read the panitia's file.

    Raises:
        FileProblems: with all of the file's mistakes.
    """
    problems: list[Problem] = []
    section = read_section(text, file, problems, ELECTION_KEYS)
    zone = section.choice("zona_waktu", tuple(ZONES))
    holders = section.section("saksi", TRUSTEE_KEYS)
    election = Election(
        slug=_code(section),
        title=section.text("judul"),
        zone=zone,
        opens=_moment(section, "dibuka", zone),
        closes=_moment(section, "ditutup", zone),
        grace=timedelta(minutes=section.integer("tenggang_menit", default=15)),
        visibility=VISIBILITY[section.choice("hasil", tuple(VISIBILITY), "setelah_ditutup")],
        contact=section.text("kontak"),
        keeps_not_understood=section.flag("simpan_tak_dipahami"),
        trustees=read_trustees(holders) if holders else None,
        needs_known_number=section.flag("wajib_nomor_terdaftar"),
        allows_revote=section.flag("pilih_ulang"),
        least_age=section.integer("usia_minimum", default=LEAST_AGE),
        spare_percent=section.integer("cadangan_persen", default=SPARE_PERCENT),
        contests=tuple(_contest(one) for one in section.sections("surat_suara", CONTEST_KEYS)),
    )
    if election.trustees and election.visibility is Visibility.LIVE:
        section.problem(
            "`hasil: langsung` dihitung server dengan kuncinya sendiri, jadi tidak bisa memakai "
            "`saksi`: hapus salah satu",
            section.line_of("saksi"),
        )
    if election.closes <= election.opens and _NEVER not in (election.opens, election.closes):
        section.problem("`ditutup` harus sesudah `dibuka`", section.line_of("ditutup"))
    if election.spare_percent > 100:
        section.problem("`cadangan_persen` harus 0 sampai 100", section.line_of("cadangan_persen"))
    if election.allows_revote and election.visibility is Visibility.LIVE:
        # Two counts would differ by fewer ballots than came in, down to a single changed mind.
        section.problem(
            "`pilih_ulang: ya` tidak bisa bersama `hasil: langsung`, karena selisih dua hasil bisa "
            "membuka pilihan orang",
            section.line_of("pilih_ulang"),
        )
    _no_twins(section, "kode", "surat_suara", (one.id for one in election.contests))
    if problems:
        raise FileProblems(file, problems)
    return election


def _contest(section: Section) -> Contest:
    contest = Contest(
        id=_code(section),
        title=section.text("jabatan"),
        aliases=section.texts("sebutan"),
        candidates=tuple(_candidate(one) for one in section.sections("calon", CANDIDATE_KEYS)),
    )
    _no_twins(section, "nomor", "calon", (one.number for one in contest.candidates))
    if sum(one.empty_box for one in contest.candidates) > 1:
        section.problem("kotak kosong hanya boleh satu untuk tiap jabatan")
    if len(contest.candidates) == 1:
        section.problem("calon tunggal memerlukan lawan: tambahkan `kotak_kosong: ya`")
    return contest


def _candidate(section: Section) -> Candidate:
    number = section.integer("nomor")
    if section.has("nomor") and not 1 <= number <= MAX_NUMBER:
        section.problem(f"`nomor` harus 1 sampai {MAX_NUMBER}", section.line_of("nomor"))
    empty_box = section.flag("kotak_kosong")
    names = section.texts("nama") or (("Kotak Kosong",) if empty_box else ())
    if not names:
        section.problem("`nama` belum diisi")
    if len(names) > 2:
        section.problem("`nama` paling banyak dua, untuk pasangan calon", section.line_of("nama"))
    gender = section.text("jenis_kelamin", required=False).upper()
    if gender not in ("", "L", "P"):
        section.problem("`jenis_kelamin` diisi L atau P", section.line_of("jenis_kelamin"))
    return Candidate(
        number=number,
        names=names,
        nicknames=section.texts("panggilan"),
        vision=section.text("visi", required=False),
        missions=section.texts("misi"),
        gender=gender,
        empty_box=empty_box,
    )


def _code(section: Section) -> str:
    code = section.text("kode")
    if code and not _CODE.fullmatch(code):
        section.problem(
            "`kode` ditulis dengan huruf kecil, angka atau tanda hubung, 2 sampai 40 tanda",
            section.line_of("kode"),
        )
    return code


def _moment(section: Section, key: str, zone: str) -> datetime:
    text = section.text(key)
    for form in _MOMENTS:
        try:
            return (
                datetime.strptime(text, form).replace(tzinfo=ZONES[zone]).astimezone(timezone.utc)
            )
        except ValueError:
            continue
    if text:
        section.problem(
            f"`{key}` ditulis seperti 2026-11-29 07:00, bukan `{text}`", section.line_of(key)
        )
    return _NEVER


def _no_twins(section: Section, key: str, where: str, values: Iterable[object]) -> None:
    seen: set[object] = set()
    for value in values:
        if value and value in seen:
            section.problem(f"`{key}: {value}` dipakai dua kali", section.line_of(where))
        seen.add(value)
