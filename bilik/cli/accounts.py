"""`bilik accounts`: who may use the desk on the web."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import segno
import typer

from bilik import settings
from bilik.cli.common import (
    ByOption,
    JsonOption,
    YesOption,
    confirm,
    pages_address,
    show,
    the_database,
    who_acts,
)
from bilik.domain.accounts import Role
from bilik.keys import Keys
from bilik.services.accounts import Account, Accounts, Invited

app = typer.Typer(help="Akun di meja panitia (/panitia).", no_args_is_help=True)


class RoleName(str, Enum):
    """What an account may do."""

    PANITIA = Role.PANITIA.value
    SAKSI = Role.SAKSI.value


NameArgument = Annotated[str, typer.Argument(metavar="NAMA", help="Nama orangnya.")]
RoleOption = Annotated[
    RoleName,
    typer.Option("--role", help="panitia boleh bertindak; saksi hanya melihat."),
]


@app.command("add")
def accounts_add(
    name: NameArgument, role: RoleOption, by: ByOption = "", as_json: JsonOption = False
) -> None:
    """Buat akun, dan kode pendaftaran untuk orangnya.

    Ia sendiri yang menentukan kata sandinya.

    Contoh: bilik accounts add "Bu Siti" --role panitia
    """
    _show_invited(_accounts(by).add(name, Role(role.value)), as_json)


@app.command("list")
def accounts_list(as_json: JsonOption = False) -> None:
    """Lihat semua akun.

    Contoh: bilik accounts list
    """
    found = _accounts().all()
    lines = [f"{one.name} ({one.role.value}): {_state(one)}" for one in found]
    show(
        as_json,
        {"accounts": [_json(one) for one in found]},
        *(lines or ["Belum ada akun. Mulai dengan `bilik accounts add`."]),
    )


@app.command("reset")
def accounts_reset(
    name: NameArgument, by: ByOption = "", yes: YesOption = False, as_json: JsonOption = False
) -> None:
    """Kata sandi lupa atau ponsel hilang: batalkan yang lama, dan beri kode pendaftaran baru.

    Contoh: bilik accounts reset "Bu Siti"
    """
    if not yes:
        confirm(f"Kata sandi dan aplikasi lama {name} tidak berlaku lagi. Lanjutkan?")
    _show_invited(_accounts(by).reset(name), as_json)


@app.command("role")
def accounts_role(
    name: NameArgument, role: RoleOption, by: ByOption = "", as_json: JsonOption = False
) -> None:
    """Ubah peran sebuah akun; orangnya harus masuk lagi.

    Contoh: bilik accounts role "Pak Dedi" --role saksi
    """
    changed = _accounts(by).set_role(name, Role(role.value))
    show(as_json, _json(changed), f"{changed.name} sekarang {changed.role.value}.")


@app.command("remove")
def accounts_remove(
    name: NameArgument, by: ByOption = "", yes: YesOption = False, as_json: JsonOption = False
) -> None:
    """Hapus akun; kalau sedang masuk, orangnya langsung dikeluarkan.

    Contoh: bilik accounts remove "Pak Dedi"
    """
    if not yes:
        confirm(f"Hapus akun {name}?")
    removed = _accounts(by).remove(name)
    show(as_json, _json(removed), f"Akun {removed.name} dihapus.")


def _accounts(by: str = "") -> Accounts:
    return Accounts(the_database(), Keys(settings.load().secret_key), actor=who_acts(by))


def _show_invited(invited: Invited, as_json: bool) -> None:
    page = f"{pages_address()}/panitia/daftar"
    account = invited.account
    if not as_json:
        typer.echo(f"Akun {account.name} ({account.role.value}) menunggu orangnya.")
        typer.echo(f"Minta {account.name} membuka {page}")
        typer.echo(f"dan mengetik kode pendaftaran ini: {invited.code}")
        typer.echo("atau memindai QR ini:\n")
        segno.make_qr(f"{page}#{invited.code}").terminal(compact=True)
    show(
        as_json,
        {**_json(account), "page": page, "code": invited.code},
        "\nSekali pakai, berlaku 24 jam. Siapkan aplikasi kode sekali pakai di ponsel, seperti "
        "Aegis atau Google Authenticator.",
    )


def _state(account: Account) -> str:
    return "siap" if account.ready else "menunggu pendaftaran"


def _json(account: Account) -> dict[str, Any]:
    until = account.invited_until
    return {
        "name": account.name,
        "role": account.role.value,
        "ready": account.ready,
        "invited_until": until and until.isoformat(),
    }
