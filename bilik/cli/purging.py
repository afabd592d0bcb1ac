"""`bilik purge`: the voters' data deleted once its time is over, by two members."""

from __future__ import annotations

from typing import Annotated

import typer

from bilik.cli.common import (
    ByOption,
    ElectionOption,
    JsonOption,
    YesOption,
    confirm,
    show,
    the_desk,
)
from bilik.errors import BilikError

app = typer.Typer()
_LINGERS = (
    "Sisanya masih ada di berkas basis data. PostgreSQL: jalankan VACUUM FULL voters, "
    "not_understood. SQLite: matikan Bilik sebentar, lalu nyalakan lagi."
)


@app.command("purge")
def purge(
    approve: Annotated[
        bool, typer.Option("--approve", help="Setujui permintaan anggota lain, dan hapus.")
    ] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Batalkan permintaan itu.")] = False,
    election: ElectionOption = None,
    by: ByOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Hapus data pemilih sesudah masa simpannya habis; hasil dan arsip tetap ada.

    Satu anggota panitia meminta, anggota lain menyetujui dengan --approve.

    Contoh: bilik purge --oleh "Bu Siti"
    """
    desk = the_desk(by)
    if approve and cancel:
        raise BilikError("Pilih salah satu: --approve atau --cancel.")
    if cancel:
        desk.cancel_purge(election)
        show(as_json, {"cancelled": True}, "Permintaan menghapus data pemilih dibatalkan.")
    elif approve:
        asked = desk.purge_asked(election)
        if not yes:
            confirm(
                f"Nama, NIK, nomor HP, dan kode {asked.voters} pemilih {asked.title} dihapus, dan "
                f"tidak bisa kembali. Diminta {asked.actor}. Hapus?"
            )
        done = desk.purge(election)
        show(
            as_json,
            {"voters": done.voters, "messages": done.messages, "lingers": done.lingers},
            f"Data {done.voters} pemilih {done.title} sudah dihapus.",
            *([_LINGERS] if done.lingers else []),
            "Hapus juga yang di luar Bilik: daftar pemilih, berkas kode, PDF surat, dan cadangan "
            "basis data dari sebelum ini.",
        )
    else:
        asked = desk.ask_for_purge(election)
        show(
            as_json,
            {"asked_by": asked.actor, "voters": asked.voters},
            f"Diminta: hapus data {asked.voters} pemilih {asked.title}. Belum ada yang dihapus.",
            "Berikutnya, oleh anggota panitia lain: bilik purge --approve --oleh NAMA",
        )
