"""`bilik backup`, `restore` and `backup-key`: what outlives the database, sealed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bilik import settings
from bilik.cli.common import ByOption, JsonOption, show, the_database, who_acts
from bilik.cli.passphrases import PassphraseOption, new_passphrase, passphrase
from bilik.clock import system_clock
from bilik.domain.election import State
from bilik.domain.indonesian import figure, moment_text
from bilik.keys import Keys
from bilik.services import backup_keys, backups, restoring
from bilik.services.backups import TooSoon
from bilik.services.restoring import Back, Restored

app = typer.Typer()

LATER = 75
"""The exit code where a backup has to wait for more ballots: sysexits' word for "try later"."""
_ZONE = "WIB"


@app.command("backup-key")
def backup_key(
    path: Annotated[Path, typer.Argument(metavar="BERKAS", help="Berkas kunci yang dibuat.")],
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Buat kunci untuk membuka cadangan; kerjakan di komputer lain, bukan di server.

    Contoh: bilik backup-key kunci-cadangan.age
    """
    public = backup_keys.create(path, new_passphrase(passphrase_file))
    show(
        as_json,
        {"key": str(path), "public": public},
        f"Kunci Anda: {path}. Simpan bersama salinannya, di luar server.",
        "Tulis baris ini di .env server:",
        f"BILIK_BACKUP_KEY={public}",
    )


@app.command("backup")
def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Tempat cadangan.")],
    key: Annotated[
        str,
        typer.Option("--key", metavar="age1…", help="Kunci publik; bawaannya BILIK_BACKUP_KEY."),
    ] = "",
    keep: Annotated[
        int | None,
        typer.Option("--keep", metavar="N", min=1, help="Di folder itu tinggal N yang terbaru."),
    ] = None,
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Juga kalau baru sedikit suara; lihat docs/keamanan.md."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Cadangkan basis data, tersegel untuk pemegang kunci cadangan; pemungutan boleh jalan terus.

    Selama pemungutan perlu 25 suara baru sejak cadangan terakhir di folder itu. Kalau belum, tidak
    ada yang ditulis, dan kode keluarnya 75.

    Contoh: bilik backup cadangan
    """
    configured = settings.load()
    recipient = backup_keys.recipient(key or configured.backup_key)
    try:
        made = backups.make(
            the_database(), Keys(configured.secret_key), folder, recipient, system_clock(), keep,
            anyway,
        )  # fmt: skip
    except TooSoon as later:
        show(as_json, {"file": None}, str(later))
        raise typer.Exit(LATER) from None
    show(
        as_json,
        {"file": str(made.path), "ballots": made.ballots, "without_codes": made.without_codes},
        f"Cadangan: {made.path}",
        *(
            f"Kode undangan {slug} tidak ikut, karena belum dibuka. Kalau dipulihkan, buat dan "
            "cetak lagi."
            for slug in made.without_codes
        ),
        "Pindahkan ke tempat lain, dan hapus yang lama. Kunci server dan kunci pemilihan tidak "
        "ikut: salinannya di tempat lain lagi.",
    )


@app.command("restore")
def restore(
    path: Annotated[Path, typer.Argument(metavar="CADANGAN", help="Berkas dari `bilik backup`.")],
    key: Annotated[Path, typer.Option("--key", metavar="BERKAS", help="Kunci cadangan Anda.")],
    since: Annotated[
        Path | None,
        typer.Option("--since", metavar="CUPLIKAN", help="Cuplikan terakhir di tangan saksi."),
    ] = None,
    passphrase_file: PassphraseOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Pulihkan cadangan ke basis data yang masih kosong, sesudah semuanya diperiksa.

    Pemilihan yang sedang buka menjadi dijeda, dan pemulihannya tercatat di jejak panitia. Matikan
    server lebih dulu.

    Contoh: bilik restore bilik-20261129T040000.512Z.age --key kunci-cadangan.age
    """
    configured = settings.load()
    identity = backup_keys.unlock(key, passphrase(passphrase_file))
    restored = restoring.restore(
        the_database(), Keys(configured.secret_key), path, identity, system_clock(), who_acts(by),
        configured.trustee_dir, since,
    )  # fmt: skip
    show(as_json, _restored_json(restored), *_restored_lines(restored))


def _restored_json(restored: Restored) -> dict[str, object]:
    return {
        "made_at": restored.made_at.isoformat(),
        "elections": [
            {
                "election": one.slug, "state": one.state.value, "ballots": one.ballots,
                "problem": one.problem,
            }
            for one in restored.elections
        ],
    }  # fmt: skip


def _restored_lines(restored: Restored) -> list[str]:
    lines = [f"Dipulihkan, keadaan {moment_text(restored.made_at, _ZONE)}."]
    for one in restored.elections:
        lines += _election_lines(one, restored.made_at)
    lines.append("Akun meja panitia tidak ikut cadangan: buat lagi dengan `bilik accounts add`.")
    return lines


def _election_lines(one: Back, made_at: datetime) -> list[str]:
    lines = [f"{one.slug}: {figure(one.ballots)} suara."]
    if one.problem:
        lines.append(f"  {one.problem}")
    if one.state is State.DRAFT:
        lines.append("  Kode undangannya tidak ikut: `bilik roll codes`, lalu cetak lagi suratnya.")
    if one.state is State.PAUSED:
        lines.append(
            "  Sekarang dijeda. Umumkan: yang memilih sesudah "
            f"{moment_text(made_at, _ZONE)} memeriksa tanda terimanya, dan memilih lagi kalau "
            "tidak ditemukan. Lalu `bilik open`."
        )
    return lines
