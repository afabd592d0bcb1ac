"""`pemilihan.yml` read into an :class:`Election`, with every mistake at its line, all at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bilik.clock import ZONES, read_moment
from bilik.domain.election import (
    KEPT_DAYS,
    LEAST_AGE,
    SPARE_PERCENT,
    Candidate,
    Contest,
    Election,
    Visibility,
)
from bilik.domain.trustees import LONGEST_NAME, TRUSTEE_KEYS, read_trustees
from bilik.domain.yaml_lines import Section, read_section
from bilik.errors import FileProblems, Problem

ELECTION_KEYS = (
    "kode", "judul", "zona_waktu", "dibuka", "ditutup", "tenggang_menit", "hasil", "kontak",
    "simpan_tak_dipahami", "wajib_nomor_terdaftar", "saksi", "cadangan_persen", "pilih_ulang",
    "usia_minimum", "simpan_data_hari", "tempat", "panitia", "surat_suara",
)  # fmt: skip
CONTEST_KEYS = ("kode", "jabatan", "sebutan", "calon")
CANDIDATE_KEYS = (
    "nomor", "nama", "panggilan", "jenis_kelamin", "visi", "misi", "foto", "kotak_kosong",
)  # fmt: skip
VISIBILITY = {"setelah_ditutup": Visibility.AFTER_CLOSING, "langsung": Visibility.LIVE}
MAX_NUMBER = 99
MOST_MEMBERS = 20
MOST_KEPT_DAYS = 3650
_SHORT, _LONG = timedelta(hours=1), timedelta(days=14)
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_NEVER = datetime(1970, 1, 1, tzinfo=timezone.utc)


PhotoCheck = Callable[[str], "str | None"]
"""Takes a photo's path as it is written; what is wrong with the file, None if nothing is."""


@dataclass(frozen=True)
class Checked:
    """What a file holds, if it has no problems; and what should be looked at again."""

    election: Election | None
    problems: tuple[Problem, ...]
    advice: tuple[Problem, ...]


def read_definition(
    text: str, file: str = "pemilihan.yml", photo_problem: PhotoCheck = lambda path: None
) -> Election:
    """Read the panitia's file.

    Raises:
        FileProblems: with all of the file's mistakes.
    """
    problems: list[Problem] = []
    election = _read(text, file, problems, [], photo_problem)
    if problems:
        raise FileProblems(file, problems)
    return election


def check_definition(
    text: str,
    now: datetime,
    file: str = "pemilihan.yml",
    photo_problem: PhotoCheck = lambda path: None,
) -> Checked:
    """All that is wrong with the panitia's file, and what may be meant so and should be looked at.

    Of a file that is no YAML, only where it stops to be any is known.
    """
    problems: list[Problem] = []
    advice: list[Problem] = []
    try:
        election = _read(text, file, problems, advice, photo_problem, now)
    except FileProblems as error:
        return Checked(None, error.problems, ())
    found = None if problems else election
    return Checked(found, tuple(sorted(problems)), tuple(sorted(advice)))


def _read(
    text: str,
    file: str,
    problems: list[Problem],
    advice: list[Problem],
    photo_problem: PhotoCheck,
    now: datetime | None = None,
) -> Election:
    section = read_section(text, file, problems, ELECTION_KEYS, advice)
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
        kept_days=section.integer("simpan_data_hari", default=KEPT_DAYS),
        spare_percent=section.integer("cadangan_persen", default=SPARE_PERCENT),
        place=_line(section.text("tempat", required=False)),
        committee=_committee(section),
        contests=tuple(
            _contest(one, photo_problem) for one in section.sections("surat_suara", CONTEST_KEYS)
        ),
    )
    if election.trustees and election.visibility is Visibility.LIVE:
        section.problem(
            "`hasil: langsung` dihitung server dengan kuncinya sendiri, jadi tidak bisa memakai "
            "`saksi`: hapus salah satu",
            section.line_of("saksi"),
        )
    if election.closes <= election.opens and _NEVER not in (election.opens, election.closes):
        section.problem("`ditutup` harus sesudah `dibuka`", section.line_of("ditutup"))
    if election.least_age > 100:
        section.problem("`usia_minimum` harus 0 sampai 100", section.line_of("usia_minimum"))
    if election.spare_percent > 100:
        section.problem("`cadangan_persen` harus 0 sampai 100", section.line_of("cadangan_persen"))
    if not 1 <= election.kept_days <= MOST_KEPT_DAYS:
        section.problem(
            f"`simpan_data_hari` harus 1 sampai {MOST_KEPT_DAYS}",
            section.line_of("simpan_data_hari"),
        )
    if election.allows_revote and election.visibility is Visibility.LIVE:
        # Two counts would differ by fewer ballots than came in, down to a single changed mind.
        section.problem(
            "`pilih_ulang: ya` tidak bisa bersama `hasil: langsung`, karena selisih dua hasil bisa "
            "membuka pilihan orang",
            section.line_of("pilih_ulang"),
        )
    _no_twins(section, "kode", "surat_suara", (one.id for one in election.contests))
    if now is not None:
        _advise(section, election, now)
    return election


def _advise(section: Section, election: Election, now: datetime) -> None:
    """Note what an election of that kind seldom means."""
    if _NEVER < election.closes <= now:
        section.advise(
            "`ditutup` sudah lewat: belum ada yang bisa memilih", section.line_of("ditutup")
        )
    elif _NEVER < election.opens <= now:
        section.advise(
            "`dibuka` sudah lewat: suara diterima begitu pemilihan dibuka",
            section.line_of("dibuka"),
        )
    hours = election.closes - election.opens
    if _NEVER not in (election.opens, election.closes) and not _SHORT <= hours <= _LONG:
        section.advise(
            "lama pemungutan suara tidak biasa; periksa tanggal dan jamnya",
            section.line_of("ditutup"),
        )
    if election.contact and not any(one.isdigit() for one in election.contact):
        section.advise(
            "`kontak` tanpa nomor telepon: pemilih yang butuh bantuan tidak tahu harus ke mana",
            section.line_of("kontak"),
        )
    if election.trustees is None and election.visibility is not Visibility.LIVE:
        section.advise(
            "tanpa `saksi`, kunci suara dipegang server sendiri; lebih aman dibagi kepada saksi"
        )


def _contest(section: Section, photo_problem: PhotoCheck) -> Contest:
    parts = list(section.sections("calon", CANDIDATE_KEYS))
    contest = Contest(
        id=_code(section),
        title=section.text("jabatan"),
        aliases=section.texts("sebutan"),
        candidates=tuple(_candidate(one, photo_problem) for one in parts),
    )
    _advise_on_names(parts, contest.candidates)
    _advise_on_photos(parts, contest.candidates)
    _no_twins(section, "nomor", "calon", (one.number for one in contest.candidates))
    if sum(one.empty_box for one in contest.candidates) > 1:
        section.problem("kotak kosong hanya boleh satu untuk tiap jabatan")
    if len(contest.candidates) == 1:
        section.problem("calon tunggal memerlukan lawan: tambahkan `kotak_kosong: ya`")
    return contest


def _advise_on_names(parts: Sequence[Section], candidates: Sequence[Candidate]) -> None:
    """Point out names that two candidates share: Bilik will have to ask whom a voter means."""
    owners: dict[str, int] = {}
    for section, candidate in zip(parts, candidates, strict=True):
        mine = {" ".join(name.casefold().split()) for name in candidate.names}
        mine |= {" ".join(name.casefold().split()) for name in candidate.nicknames}
        for name in sorted(mine & set(owners)):
            section.advise(
                f"`{name}` juga nama atau panggilan calon nomor {owners[name]}: pemilih yang "
                "menyebutnya akan ditanya lagi",
                section.line_of("panggilan"),
            )
        owners |= {name: candidate.number for name in mine if name not in owners}


def _advise_on_photos(parts: Sequence[Section], candidates: Sequence[Candidate]) -> None:
    """Point out candidates without a photo among others that have one."""
    if not any(one.photos for one in candidates):
        return
    for section, candidate in zip(parts, candidates, strict=True):
        if not candidate.photos and not candidate.empty_box:
            section.advise("calon ini tanpa `foto`, sedangkan calon lain punya")


def _photos(section: Section, photo_problem: PhotoCheck) -> tuple[str, ...]:
    written = section.lined_texts("foto")
    for line, path in written:
        if path and (wrong := photo_problem(path)):
            section.problem(f"foto `{path}` {wrong}", line)
    if len(written) > 2:
        section.problem("`foto` paling banyak dua, untuk pasangan calon", section.line_of("foto"))
    return tuple(path for _, path in written if path)


def _candidate(section: Section, photo_problem: PhotoCheck) -> Candidate:
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
        photos=_photos(section, photo_problem),
    )


def _committee(section: Section) -> tuple[str, ...]:
    names = tuple(_line(name) for name in section.texts("panitia"))
    if not all(names) or any(len(name) > LONGEST_NAME for name in names):
        section.problem(
            f"nama panitia diisi, paling panjang {LONGEST_NAME} karakter",
            section.line_of("panitia"),
        )
    if len(names) > MOST_MEMBERS:
        section.problem(f"`panitia` paling banyak {MOST_MEMBERS}", section.line_of("panitia"))
    return names


def _line(text: str) -> str:
    """A text without line breaks."""
    return " ".join(text.split())


def _code(section: Section) -> str:
    code = section.text("kode")
    if code and not _CODE.fullmatch(code):
        section.problem(
            "`kode` ditulis dengan huruf kecil, angka atau tanda hubung, 2 sampai 40 karakter",
            section.line_of("kode"),
        )
    return code


def _moment(section: Section, key: str, zone: str) -> datetime:
    text = section.text(key)
    if (found := read_moment(text, zone)) is not None:
        return found
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
