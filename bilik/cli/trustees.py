"""`bilik trustees`: the trustees (*saksi*) make the key together, keep it, and count with it.

The trustees' own commands work with files alone; those of the panitia with the database.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from bilik.cli.common import (
    ByOption,
    ElectionOption,
    JsonOption,
    YesOption,
    confirm,
    pages_address,
    show,
    the_database,
    the_desk,
    who_acts,
)
from bilik.cli.passphrases import PassphraseOption, new_passphrase, passphrase
from bilik.services import trustee_member
from bilik.services.key_ceremony import STEP_NAMES, Ceremony, KeyCeremony, Step

app = typer.Typer(
    help="Saksi pemegang kunci: buat, simpan, latih, dan hitung.", no_args_is_help=True
)

_HERE = Path()
FolderOption = Annotated[
    Path, typer.Option("--out", metavar="FOLDER", help="Tempat berkas hasilnya.")
]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key", metavar="BERKAS.kunci", help="Kunci Anda; tanpa ini, yang ada di folder ini."
    ),
]
InvitationArgument = Annotated[
    Path, typer.Argument(metavar="UNDANGAN", help="Berkas undangan dari panitia.")
]
NameArgument = Annotated[str, typer.Argument(metavar="NAMA", help="Nama Anda di undangan.")]
_NEXT = {
    Step.CERTIFICATE: "Kirim tautan pribadi (`bilik trustees links`) ke semua saksi. Yang memakai "
    "terminal: kirim undangan; mereka menjawab dengan `bilik trustees join`.",
    Step.POLYNOMIAL: "Saksi melanjutkan di halamannya. Yang memakai terminal: kirim daftar "
    "sertifikat; mereka menjawab dengan `bilik trustees answer`.",
    Step.VOUTPUT: "Saksi melanjutkan di halamannya. Yang memakai terminal: kirim titipan ke saksi "
    "yang namanya di berkas; mereka menjawab dengan `bilik trustees answer`.",
    None: "Kunci saksi jadi. Minta semua saksi mencobanya di halamannya; yang memakai terminal "
    "dengan daftar saksi: `bilik trustees rehearse`.",
}


@app.command("invite")
def invite(
    out: FolderOption = _HERE, election: ElectionOption = None, as_json: JsonOption = False
) -> None:
    """Panitia: tulis undangan untuk semua saksi.

    Contoh: bilik trustees invite
    """
    found = _ceremony().standing(election)
    path = KeyCeremony.write_invitation(found, out)
    show(
        as_json,
        {"file": str(path), "names": found.group.names, "threshold": found.group.threshold},
        f"Undangan ditulis ke {path}.",
        f"Kirim ke {len(found.group.names)} saksi: {', '.join(found.group.names)}.",
        f'Mereka menjawab dengan: bilik trustees join {path.name} "NAMA"',
    )


@app.command("links")
def links(
    url: Annotated[
        str,
        typer.Option("--url", metavar="ALAMAT", help="Alamat halaman; bawaannya dari setelan."),
    ] = "",
    election: ElectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Panitia: lihat tautan pribadi tiap saksi, untuk yang mengerjakan bagiannya di peramban.

    Contoh: bilik trustees links
    """
    found = the_desk().trustee_links(url or pages_address(), election)
    show(
        as_json,
        {one.name: one.url for one in found},
        "Kirim tiap tautan hanya kepada saksi yang namanya tertulis:",
        *(f"  {one.name}: {one.url}" for one in found),
    )


@app.command("collect")
def collect(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="BERKAS…", help="Berkas dari saksi.")
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option("--from", metavar="NAMA", help="Pemilik sertifikat buatan belenios-tool."),
    ] = None,
    out: FolderOption = _HERE,
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Panitia: kumpulkan berkas dari saksi, dan tulis yang mereka perlukan berikutnya.

    Tanpa berkas, yang perlu dikirim ditulis lagi.

    Contoh: bilik trustees collect saksi-*.json
    """
    found, lines = _ceremony(by).collect(files or [], election, sender)
    written = KeyCeremony.write_next(found, out)
    content = {**_standing_json(found), "files": [str(path) for path in written]}
    lines += [f"Ditulis: {path}" for path in written]
    show(as_json, content, *lines, *_standing_lines(found))


@app.command("status")
def status(election: ElectionOption = None, as_json: JsonOption = False) -> None:
    """Panitia: lihat saksi mana yang sudah mengirim apa.

    Contoh: bilik trustees status
    """
    found = _ceremony().standing(election)
    show(as_json, _standing_json(found), *_standing_lines(found))


@app.command("restart")
def restart(
    election: ElectionOption = None,
    by: ByOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Panitia: lupakan semua berkas saksi, dan mulai pembuatan kunci dari awal.

    Contoh: bilik trustees restart
    """
    if not yes:
        confirm("Semua saksi harus membuat kunci baru. Mulai dari awal?")
    forgotten = _ceremony(by).restart(election)
    show(
        as_json,
        {"forgotten": forgotten},
        f"{forgotten} berkas saksi dilupakan.",
        "Tautan pribadi yang baru: bilik trustees links",
    )


@app.command("join")
def join(
    invitation: InvitationArgument,
    name: NameArgument,
    passphrase_file: PassphraseOption = None,
    out: FolderOption = _HERE,
    as_json: JsonOption = False,
) -> None:
    """Saksi: buat kunci Anda, dilindungi kata sandi.

    Contoh: bilik trustees join sukamaju-2026.1-undangan.json "Bu Siti"
    """
    made = trustee_member.join(invitation, name, new_passphrase(passphrase_file), out)
    group = made.invitation
    show(
        as_json,
        {"key": str(made.key), "file": str(made.certificate), "name": made.name, "new": made.new},
        f"{made.name}, saksi {group.title}.",
        f"Pemegang kunci: {', '.join(group.names)}. Untuk menghitung perlu {group.threshold}.",
        f"Kunci Anda {'dibuat' if made.new else 'sudah ada'}: {made.key}",
        "Simpan baik-baik beserta salinannya, dan jangan dikirim kepada siapa pun.",
        f"Kirim ini ke panitia: {made.certificate}",
    )


@app.command("answer")
def answer(
    received: Annotated[Path, typer.Argument(metavar="BERKAS", help="Berkas dari panitia.")],
    key: KeyOption = None,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Saksi: jawab berkas dari panitia, yaitu daftar sertifikat atau titipan untuk Anda.

    Contoh: bilik trustees answer sukamaju-2026.2-sertifikat.jsons
    """
    made = trustee_member.answer(_key(key), received, passphrase(passphrase_file))
    lines = [f"Kirim ini ke panitia: {made.file}"]
    if made.number:
        lines = [
            f"Angka periksa: {made.number}",
            "Sebelum mengirim, bacakan angka itu bersama semua saksi, lewat telepon atau bertatap "
            "muka. Kalau ada yang berbeda, jangan dikirim: beri tahu panitia.",
            *lines,
        ]
    else:
        lines.append("Kunci Anda sudah lengkap. Buat salinannya yang baru, ganti yang lama.")
    show(as_json, {"file": str(made.file), "check_number": made.number}, *lines)


@app.command("rehearse")
def rehearse(
    published: Annotated[
        Path, typer.Argument(metavar="SAKSI.json", help="Daftar saksi, atau arsip .bel.")
    ],
    key: KeyOption = None,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Saksi: coba apakah kunci Anda masih bisa menghitung. Tidak ada rahasia yang keluar.

    Contoh: bilik trustees rehearse sukamaju-2026.4-saksi.json
    """
    file = trustee_member.rehearse(_key(key), published, passphrase(passphrase_file))
    show(
        as_json,
        {"name": file.name, "works": True},
        f"Kunci {file.name} berfungsi, dan sesuai dengan yang diumumkan.",
    )


@app.command("decrypt")
def decrypt(
    tally: Annotated[
        Path, typer.Argument(metavar="HITUNG.json", help="Berkas hitungan dari panitia.")
    ],
    key: KeyOption = None,
    passphrase_file: PassphraseOption = None,
    yes: YesOption = False,
    recount: Annotated[
        bool, typer.Option("--recount", help="Hitung ulang yang disepakati semua saksi.")
    ] = False,
    out: FolderOption = _HERE,
    as_json: JsonOption = False,
) -> None:
    """Saksi: hitung bagian Anda sesudah pemungutan ditutup.

    Contoh: bilik trustees decrypt hitung-8vXq2mZJ4cRtBk.json
    """
    request = trustee_member.look_at(_key(key), tally, os.cpu_count() or 1)
    said = [
        f"Pemilihan: {request.tally.election.name}",
        f"Surat suara: {request.tally.ballots}",
        f"Angka periksa: {request.number}",
        "Arsip di folder ini diperiksa: ini jumlah semua surat suaranya."
        if request.all_ballots
        else "Arsip .bel tidak ada di folder ini, jadi belum diperiksa di sini bahwa ini jumlah "
        "semua surat suara. Cocokkan angka periksa dengan saksi yang memeriksanya.",
    ]
    if not yes:
        show(False, {}, *said)
        confirm("Angkanya sama dengan saksi lain? Beri bagian Anda?")
        said = []
    path = trustee_member.decrypt(request, passphrase(passphrase_file), out, recount)
    content = {
        "file": str(path),
        "ballots": request.tally.ballots,
        "check_number": request.number,
        "all_ballots": request.all_ballots,
    }
    show(as_json, content, *said, f"Kirim ini ke panitia: {path}")


@app.command("reveal")
def reveal(
    key: KeyOption = None,
    passphrase_file: PassphraseOption = None,
    out: FolderOption = _HERE,
    as_json: JsonOption = False,
) -> None:
    """Saksi: tulis kunci tanpa kata sandi, seperti yang dipakai belenios-tool.

    Contoh: bilik trustees reveal --out usb
    """
    paths = trustee_member.reveal(_key(key), passphrase(passphrase_file), out)
    show(
        as_json,
        {"files": [str(path) for path in paths]},
        *(f"Ditulis: {path}" for path in paths),
        "Siapa pun yang memegang berkas itu memegang kunci Anda. Hapus sesudah dipakai.",
    )


@app.command("repack")
def repack(
    key: KeyOption = None,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Saksi: tulis ulang berkas kunci lama, supaya bisa dibuka juga di halaman saksi.

    Contoh: bilik trustees repack
    """
    path = _key(key)
    rewritten = trustee_member.repack(path, passphrase(passphrase_file))
    show(
        as_json,
        {"key": str(path), "rewritten": rewritten},
        f"Kunci {path} sekarang bisa dibuka juga di halaman saksi."
        if rewritten
        else f"Kunci {path} sudah bisa dibuka di halaman saksi; tidak ada yang diubah.",
        *(["Buat salinannya yang baru, ganti yang lama."] if rewritten else []),
    )


@app.command("adopt")
def adopt(
    invitation: InvitationArgument,
    name: NameArgument,
    seed: Annotated[Path, typer.Argument(metavar="BERKAS.key", help="Dari belenios-tool.")],
    public: Annotated[
        Path,
        typer.Argument(metavar="PUBLIK", help="Sertifikat Anda, atau daftar saksi dari panitia."),
    ],
    decryption_key: Annotated[
        Path | None, typer.Option("--dkey", metavar="BERKAS.dkey", help="Kalau sudah ada.")
    ] = None,
    passphrase_file: PassphraseOption = None,
    out: FolderOption = _HERE,
    as_json: JsonOption = False,
) -> None:
    """Saksi: lindungi kunci dari belenios-tool dengan kata sandi.

    Contoh: bilik trustees adopt undangan.json "Bu Siti" X.key saksi.json --dkey X.dkey
    """
    ask = new_passphrase(passphrase_file)
    path = trustee_member.adopt(invitation, name, seed, public, decryption_key, ask, out)
    show(
        as_json,
        {"key": str(path)},
        f"Kunci Anda: {path}",
        "Simpan baik-baik, lalu hapus berkas .key dan .dkey yang lama.",
    )


def _ceremony(by: str = "") -> KeyCeremony:
    return KeyCeremony(the_database(), actor=who_acts(by))


def _key(given: Path | None) -> Path:
    return given or trustee_member.the_only_key(_HERE)


def _standing_json(found: Ceremony) -> dict[str, Any]:
    step = found.step
    return {
        "election": found.stored.election.slug,
        "threshold": found.group.threshold,
        "waiting_for": step and {"step": step.value, "names": found.missing(step)},
        "check_number": found.number,
        "trustees": [
            {"name": name, "sent": [one.value for one in Step if place in found.arrived[one]]}
            for place, name in enumerate(found.group.names, start=1)
        ],
    }


def _standing_lines(found: Ceremony) -> list[str]:
    group, step = found.group, found.step
    width = max(len(name) for name in group.names)
    lines = [
        f"Saksi {found.stored.election.title}: {len(group.names)} orang, "
        f"{group.threshold} di antaranya cukup untuk menghitung."
    ]
    for place, name in enumerate(group.names, start=1):
        sent = [STEP_NAMES[one] for one in Step if place in found.arrived[one]]
        lines.append(f"  {place:>2}. {name:<{width}}  {', '.join(sent) or 'belum ada'}")
    if found.number:
        lines.append(f"Angka periksa: {found.number}")
    if step:
        lines.append(f"Ditunggu: {STEP_NAMES[step]} dari {', '.join(found.missing(step))}.")
    return [*lines, _NEXT[step]]
