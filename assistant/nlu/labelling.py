"""A trainer says in the terminal what messages mean, one after another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import typer
import yaml

from assistant.nlu.training_files import AlreadyThere, TrainingFiles
from bilik.services.files import read_text
from bilik.services.inbox import Inbox

THROW_AWAY, STOP, HELP = "x", "q", "?"
_KEYS = (
    "Ketik maksudnya; awalannya saja cukup. Enter melewati, x membuang, q berhenti, "
    "? menampilkan daftar ini lagi."
)


def known_intents(domain: Path, files: TrainingFiles) -> dict[str, str]:
    """The intents of `domain.yml` that have examples, each with a sentence about it, if any."""
    about = {block.intent: block.about for block in reversed(files.blocks())}
    listed = yaml.safe_load(read_text(domain))["intents"]
    names = [one if isinstance(one, str) else next(iter(one)) for one in listed]
    return {name: _first_sentence(about[name]) for name in names if name in about}


def label_messages(
    messages: Sequence[str], inbox: Inbox, files: TrainingFiles, intents: Mapping[str, str]
) -> None:
    """Ask about each message; what is labelled or thrown away leaves the inbox, and no more.

    A message is in its file before it leaves the inbox, so that none is lost in between.
    """
    _show_intents(intents)
    labelled = thrown_away = 0
    for number, message in enumerate(messages, 1):
        typer.echo(f"\n{number}/{len(messages)}  «{message}»")
        answer = _ask(intents)
        if answer == STOP:
            break
        if not answer:
            continue
        if answer == THROW_AWAY:
            thrown_away += 1
            typer.echo("  Dibuang.")
        else:
            labelled += _add(files, answer, message)
        inbox.settle(message)
    typer.echo(
        f"\n{labelled} masuk data latihan, {thrown_away} dibuang, {inbox.waiting()} masih menunggu."
    )
    if labelled:
        typer.echo("Berikutnya: make train")


def matching(answer: str, intents: Mapping[str, str]) -> list[str]:
    """The intents that an answer may mean: that of this name, or all that begin so."""
    wanted = answer.strip().lower()
    return [wanted] if wanted in intents else [one for one in intents if one.startswith(wanted)]


def _ask(intents: Mapping[str, str]) -> str:
    """An intent's name, or :data:`THROW_AWAY`, or :data:`STOP`, or nothing to go on."""
    while True:
        try:
            answer = typer.prompt("Maksud", default="", show_default=False).strip()
        except typer.Abort:  # Ctrl-C, or no more input
            return STOP
        if answer in ("", THROW_AWAY, STOP):
            return str(answer)
        if answer == HELP:
            _show_intents(intents)
            continue
        found = matching(answer, intents)
        if len(found) == 1:
            return found[0]
        if found:
            typer.echo(f"  Ada beberapa: {', '.join(found)}. Tambah hurufnya.")
        else:
            typer.echo("  Maksud itu belum dikenal. Ketik ? untuk melihat daftarnya.")


def _add(files: TrainingFiles, intent: str, message: str) -> int:
    """Put a message among an intent's examples; how many were added, one or none."""
    try:
        file = files.add(intent, message)
    except AlreadyThere as known:
        typer.echo(f"  {known} Tidak ditambahkan lagi.")
        return 0
    typer.echo(f"  Masuk {intent}, di {file.name}.")
    return 1


def _show_intents(intents: Mapping[str, str]) -> None:
    typer.echo("\n".join(_listed(intents)))


def _listed(intents: Mapping[str, str]) -> Iterator[str]:
    width = max(map(len, intents), default=0)
    for name, about in intents.items():
        yield f"  {name:{width}}  {about}".rstrip()
    yield _KEYS


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.?!])\s", text, maxsplit=1)[0]
