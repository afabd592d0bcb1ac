"""All commands, and those that other packages add."""

from __future__ import annotations

from importlib.metadata import entry_points

import typer

from bilik import settings
from bilik.cli import (
    accounts,
    audit,
    backup,
    box,
    election,
    keeping,
    letters,
    pages,
    purging,
    report,
    roll,
    trustees,
    voting,
    wizard,
)

app = typer.Typer(
    name="bilik",
    help="Meja panitia: siapkan, buka, pantau, tutup, dan hitung pemilihan.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command("init-key")
def init_key() -> None:
    """Buat kunci rahasia server di berkas .env, kalau belum ada.

    Contoh: bilik init-key
    """
    made = settings.ensure_secret()
    typer.echo("Kunci baru disimpan di .env" if made else "Kunci sudah ada; tidak diubah.")


app.add_typer(election.app, name="election")
app.add_typer(roll.app, name="roll")
app.add_typer(trustees.app, name="trustees")
app.add_typer(accounts.app, name="accounts")
for group in (wizard, letters, voting, box, report, audit, keeping, purging, backup, pages):
    app.registered_commands += group.app.registered_commands
for plugin in entry_points(group="bilik.commands"):
    added = plugin.load()
    if [one.name for one in added.registered_commands] == [plugin.name]:
        app.registered_commands += added.registered_commands
    else:
        app.add_typer(added, name=plugin.name)
