"""Voting codes and letters: made on the server, taken from it, and removed.

They are made in a folder that only the server can enter, for a download can break off where a file
on the disk cannot. Until somebody removes them there, they can be taken again, each time after a
fresh one-time code, and under one's name in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from starlette.responses import Response

from bilik.domain.audit import Act
from bilik.domain.doors import Door
from bilik.domain.election import Election, Phase
from bilik.errors import BilikError, FileProblems
from bilik.services.desk import Desk
from bilik.services.sign_in import HeldBack, Refused, SignIn
from bilik.settings import Settings
from bilik.web.panitia.jobs import Done, Job, Work
from bilik.web.panitia.letters_folder import Letters
from bilik.web.panitia.show import download, go, show
from bilik.web.panitia.ways import PANITIA, Visit, Way

_PER_PAGE = (1, 2, 4)


def _page(visit: Visit) -> Response:
    return _shown(visit)


def _shown(visit: Visit, line: str = "", status: int = 200) -> Response:
    standing = visit.desk.glance(visit.slug)
    letters = Letters(visit, visit.slug)
    values = {
        "standing": standing,
        "is_draft": standing.phase is Phase.DRAFT,
        "lack": standing.voters - standing.with_code,
        "letters": letters,
        "files": letters.files(),
        "per_page": _PER_PAGE,
        "confirmed": visit.who.is_confirmed(visit.office.clock()),
        "running": visit.workshop.jobs.running(visit.slug),
        "line": line,
    }
    return show(visit, "surat.html", values, status)


def _make(visit: Visit) -> Response:
    """Codes for all who lack one, and letters of them."""
    return _start(visit, "Membuat kode dan surat", codes_too=True)


def _print(visit: Visit) -> Response:
    """The letters once more, of the codes that are there."""
    return _start(visit, "Membuat surat", codes_too=False)


def _start(visit: Visit, title: str, codes_too: bool) -> Response:
    _doors(visit.office.settings)(visit.desk.glance(visit.slug).election)  # or nothing is begun
    letters = Letters(visit, visit.slug)
    per_page = visit.form.text("per_halaman")
    if per_page not in map(str, _PER_PAGE):
        raise BilikError("Pilih berapa surat per lembar.")
    page = f"{visit.home}/surat"
    work = _making(visit, letters, int(per_page), codes_too, page)
    return go(visit.workshop.jobs.start(title, visit.slug, page, work).page)


def _making(visit: Visit, letters: Letters, per_page: int, codes_too: bool, page: str) -> Work:
    desk, folders, settings = visit.desk, visit.workshop.folders, visit.office.settings

    def work(job: Job) -> Done:
        if codes_too:
            standing = desk.glance(letters.slug)
            if letters.present and (standing.with_code or standing.spares):
                raise BilikError(
                    "Di server masih ada kode yang dibuat sebelumnya. Unduh dan hapus itu dulu."
                )
            # Nobody has a code: what lies there was being made when a server stopped.
            letters.remove()
            folders.make(letters.folder)
            desk.make_codes(
                letters.codes, letters.slug, letters.spares, 1, job.counts("Membuat kode")
            )
        if not letters.present:
            raise BilikError("Tidak ada kode di server yang bisa dicetak.")
        drawn = folders.passing()
        try:
            _draw(desk, letters, drawn, settings, per_page, job)
            letters.take_letters(drawn)
        finally:
            folders.remove(drawn)
        return Done(page)

    return work


def _draw(
    desk: Desk, letters: Letters, folder: Path, settings: Settings, per_page: int, job: Job
) -> None:
    """Draw the letters in a folder of their own: those that are there stay until these are done."""
    try:
        for codes in letters.code_files:
            if not desk.unlocks(codes, letters.slug):
                raise BilikError(
                    f"Kode di {codes.name} tidak dikenal, jadi tidak dicetak. Unduh dulu "
                    "salinannya, lalu tanyakan kepada operator."
                )
            desk.print_letters(
                codes, folder / letters.letters_of(codes).name,
                _doors(settings), per_page, letters.slug, job.counts("Membuat surat"),
            )  # fmt: skip
    except FileProblems as error:
        first = error.problems[0].text
        raise BilikError(
            f"Kodenya tetap ada di server, tetapi suratnya belum jadi: {first}."
        ) from None
    except BilikError as error:
        raise BilikError(
            f"Kodenya tetap ada di server, tetapi suratnya belum jadi. {error}"
        ) from None


def _doors(settings: Settings) -> Callable[[Election], Sequence[Door]]:
    """Says what an election's letters can lead to, and raises SettingsError if that is nothing."""
    return lambda chosen: settings.channels.doors(with_web=not chosen.needs_known_number)


def _confirm(visit: Visit) -> Response:
    """A fresh one-time code, so that a telephone left lying about gives nobody the codes."""
    office = visit.office
    door = SignIn(office.database, office.keys, office.clock)
    try:
        door.confirm(visit.who, visit.form.text("angka"))
    except (Refused, HeldBack) as error:
        line = (
            str(error)
            if isinstance(error, HeldBack)
            else "Angkanya belum cocok, atau sudah terpakai. Tunggu angka berikutnya."
        )
        return _shown(visit, line, 400)
    return go(f"{visit.home}/surat#berkas")


def _take(visit: Visit) -> Response:
    """A file with codes; who took which is noted before the first byte is sent."""
    visit.desk.glance(visit.slug)
    if not visit.who.is_confirmed(visit.office.clock()):
        return _shown(visit, "Ketik dulu angka dari aplikasi, baru unduh.", 403)
    letters = Letters(visit, visit.slug)
    file = letters.file(visit.part("name"))
    path: Path = letters.folder / file.name
    # Not its hash: a file of few codes could be guessed from that once the log is published.
    visit.desk.note_letters(Act.LETTERS_TAKEN, visit.slug, {"berkas": file.name})
    return download(path, f"{visit.slug}-{file.name}", file.kind)


def _remove_page(visit: Visit) -> Response:
    standing = visit.desk.glance(visit.slug)
    files = Letters(visit, visit.slug).files()
    return show(visit, "surat_hapus.html", {"standing": standing, "files": files})


def _remove(visit: Visit) -> Response:
    visit.desk.glance(visit.slug)
    if visit.workshop.jobs.running(visit.slug):
        raise BilikError("Masih ada yang sedang dikerjakan. Tunggu sampai selesai.")
    letters = Letters(visit, visit.slug)
    if visit.form.text("sudah") != "ya":
        raise BilikError("Beri tanda dulu bahwa suratnya sudah dicetak.")
    files = letters.files()
    letters.remove()
    visit.desk.note_letters(Act.LETTERS_REMOVED, visit.slug, {"berkas": len(files)})
    return go(f"{visit.home}?kabar=surat")


WAYS = (
    Way("/panitia/p/{slug}/surat", "GET", PANITIA, _page),
    Way("/panitia/p/{slug}/surat/buat", "POST", PANITIA, _make),
    Way("/panitia/p/{slug}/surat/cetak", "POST", PANITIA, _print),
    Way("/panitia/p/{slug}/surat/izin", "POST", PANITIA, _confirm),
    Way("/panitia/p/{slug}/surat/hapus", "GET", PANITIA, _remove_page),
    Way("/panitia/p/{slug}/surat/hapus", "POST", PANITIA, _remove),
    Way("/panitia/p/{slug}/surat/ambil/{name}", "POST", PANITIA, _take),
)
