"""The `bilik nlu` commands: for those who teach Bilik to understand, and those who check it.

Rasa takes its time to load, so it is imported when a command needs it, and not before.
"""

from __future__ import annotations

import json
import logging
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from assistant.nlu.labelling import known_intents, label_messages
from assistant.nlu.training_files import TrainingFiles
from assistant.nlu.understanding import Place, Understanding
from bilik import settings
from bilik.demo import definition_text
from bilik.errors import SettingsError
from bilik.services.files import read_text
from bilik.services.inbox import Inbox
from bilik.storage.database import Database
from bilik.storage.schema import upgrade

ROOT = Path(__file__).parent.parent.parent
MODEL = ROOT / "models" / "bilik.tar.gz"
DOMAIN = ROOT / "domain.yml"
TRAINING = ROOT / "data" / "nlu"
TESTS = ROOT / "tests" / "nlu"
SETS = ROOT / "tests" / "understanding"
EXAMPLE_DAY = datetime(2026, 1, 1, 7)

app = typer.Typer(help="Pemahaman Bilik: coba, ukur, dan latih.", no_args_is_help=True)


@app.command("try")
def try_messages(
    messages: Annotated[
        list[str] | None,
        typer.Argument(metavar="PESAN", help="Pesan; tanpa ini, satu per baris dari masukan."),
    ] = None,
    at: Annotated[
        Place, typer.Option("--at", help="Saat pesan itu datang.", show_default=True)
    ] = Place.CHOOSING,
    election: Annotated[
        Path | None,
        typer.Option("--election", metavar="BERKAS", help="pemilihan.yml; tanpa ini, yang contoh."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Satu objek JSON per baris.")] = False,
) -> None:
    """Lihat bagaimana Bilik memahami pesan, dan apa yang akan ia lakukan.

    Contoh: bilik nlu try "gue yg ibu2 itu deh"
    """
    definition = read_text(election) if election else definition_text("contoh", EXAMPLE_DAY)
    _get_ready()
    from assistant.nlu.trial import load_agent, open_trial

    with open_trial(load_agent(MODEL), definition) as trial:
        for text in messages or _lines():
            understood = trial.understand(text, at)
            if as_json:
                typer.echo(json.dumps(understood.to_json(), ensure_ascii=False))
            else:
                typer.echo("\n".join(_shown(understood)) + "\n")


@app.command("report")
def report(
    out: Annotated[Path, typer.Option("--out", metavar="BERKAS.md", help="Berkas laporan.")] = Path(
        "results/pemahaman.md"
    ),
) -> None:
    """Ukur pemahaman dengan pesan uji, lalu tulis laporannya.

    Contoh: bilik nlu report --out results/pemahaman.md
    """
    _get_ready()
    from assistant.nlu.measure import measure
    from assistant.nlu.report import lines, summary
    from assistant.nlu.trial import load_agent

    typer.echo("Mengukur, sekitar dua menit …", err=True)
    measured = measure(load_agent(MODEL), TESTS, SETS)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(lines(measured)) + "\n", encoding="utf-8")
    typer.echo("\n".join((*summary(measured), f"Lengkapnya di {out}")))


@app.command("inbox")
def inbox_messages(
    data: Annotated[
        Path,
        typer.Option(
            "--data", metavar="FOLDER", help="Folder data latihan.", show_default="data/nlu"
        ),
    ] = TRAINING,
    as_json: Annotated[
        bool, typer.Option("--json", help="Hanya berapa yang menunggu, dalam JSON.")
    ] = False,
) -> None:
    """Beri label pesan yang tidak dipahami Bilik; hasilnya masuk data latihan.

    Pesan disimpan hanya kalau berkas pemilihan memuat `simpan_tak_dipahami: ya`, tanpa nama,
    angka, kode, pengirim, dan waktu.

    Contoh: bilik nlu inbox
    """
    database = Database(settings.load().database_url)
    upgrade(database)
    inbox = Inbox(database)
    if as_json:
        typer.echo(json.dumps({"waiting": inbox.waiting()}))
        return
    files = TrainingFiles(data)
    intents = known_intents(DOMAIN, files)
    messages = inbox.take_batch(random.SystemRandom())
    typer.echo(f"{inbox.waiting()} pesan menunggu, {len(messages)} bisa diberi label sekarang.\n")
    label_messages(messages, inbox, files, intents)


def _get_ready() -> None:
    """See to it that Rasa can be imported quietly, and that there is a model.

    Raises:
        SettingsError: Rasa is not installed here, or training failed.
    """
    if find_spec("rasa") is None:
        raise SettingsError("Rasa belum terpasang di sini. Pakai Python 3.10, lewat `make setup`.")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    logging.captureWarnings(True)  # what Rasa's packages have to say of each other is no news
    logging.getLogger("py.warnings").disabled = True
    if not MODEL.exists():
        _train()


def _train() -> None:
    typer.echo("Model belum ada; dilatih dulu, sekitar satu menit …", err=True)
    command = ["make", "--quiet", "train"]
    if subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False).returncode:
        raise SettingsError("Model belum terlatih. Jalankan `make train` untuk melihat sebabnya.")


def _lines() -> Iterator[str]:
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    for line in sys.stdin:
        if text := line.rstrip("\r\n"):
            yield text


_ACTS = {
    "read_back": "membacakan ulang",
    "ask": "bertanya lagi",
    "cast": "mengirim suara",
    "answer": "menjawab",
    "identify": "memeriksa identitas",
    "stop": "berhenti",
    "none": "tidak paham",
}


def _shown(understood: Understanding) -> Iterator[str]:
    """An understanding as a trainer reads it."""
    plain = understood.to_json()
    yield f"«{understood.text}»"
    yield f"  maksud     {plain['intent']} ({understood.confidence:.0%})"
    for label, field in (("menerima", "accepted"), ("menolak", "rejected")):
        if plain[field]:
            yield f"  {label:10} " + ", ".join(f"{k}: {v}" for k, v in plain[field].items())
    yield f"  tindakan   {_ACTS[plain['action']]}"
    for line in "\n".join(understood.says).splitlines():
        yield f"    {line}"
