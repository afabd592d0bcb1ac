"""Every `bilik` command with arguments, files and answers that nobody means."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bilik.cli import app, main
from bilik.clock import system_clock
from bilik.settings import new_secret
from bilik.storage.tables import ballots
from tests.booth import Polling, set_up
from tests.elections import VILLAGE, open_now
from tests.fuzz.hostile import fuzz, noise, texts

_LASTING = {"web", "keep", "remind", "channels", "nlu"}
"""Servers, what speaks to platforms, and the trainers' workshop, which wants the model."""
_SLOW = {"--workers"}


def commands() -> list[tuple[tuple[str, ...], list[Any]]]:
    """Every command with its parameters."""
    found: list[tuple[tuple[str, ...], list[Any]]] = []

    def walk(command: Any, way: tuple[str, ...]) -> None:
        for name, one in getattr(command, "commands", {}).items():
            if not way and name in _LASTING:
                continue
            walk(one, (*way, name))
        if way and not hasattr(command, "commands"):
            found.append((way, [one for one in command.params if one.name != "help"]))

    walk(typer.main.get_command(app), ())
    return found


COMMANDS = commands()
arguments = texts.map(
    lambda one: os.fsdecode(one.replace("\0", "")[:4000].encode("utf-8", "surrogatepass"))
)
"""As a process is given them: without NUL, and what is no UTF-8 in Python's own way."""
files = st.sampled_from(
    ["pemilihan.yml", "dpt.csv", "kosong", "bising", "terbitan", ".", "/dev/null", "tidak-ada",
     "../..", "a" * 300, "sandi\udcff", "-", "kode.csv", "sukamaju-2026", "1",
     "99999999999999999999"]
)  # fmt: skip


@st.composite
def calls(draw: st.DrawFn) -> list[str]:
    way, parameters = draw(st.sampled_from(COMMANDS))
    line = list(way)
    for one in parameters:
        options = [name for name in one.opts if name.startswith("--")]
        if options and (one.name in ("live",) or draw(st.integers(0, 2)) == 0):
            continue
        if options and options[0] in ("--live", "--out-live"):
            continue
        if getattr(one, "is_flag", False):
            line += options[:1]
        else:
            line += [*options[:1], draw(st.one_of(files, arguments))]
    if draw(st.integers(0, 6)) == 0:
        line += draw(st.lists(arguments, max_size=3))
    return line


@pytest.fixture(scope="module")
def polling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Polling]:
    polling = set_up(tmp_path_factory.mktemp("desk"), open_now(VILLAGE), clock=system_clock)
    yield polling
    polling.database.close()


@pytest.fixture(scope="module")
def workplace(polling: Polling, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("workplace")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        patch.setenv("BILIK_SECRET_KEY", new_secret())
        patch.setenv("BILIK_DATABASE_URL", polling.url)
        patch.setenv("BILIK_TRUSTEE_DIR", str(directory / "trustee"))
        patch.setenv("BILIK_DESK_DIR", str(directory / "meja"))
        yield directory


def lay_out(directory: Path, content: bytes) -> None:
    (directory / "bising").write_bytes(content)
    (directory / "kosong").write_bytes(b"")
    (directory / "pemilihan.yml").write_text(VILLAGE.replace("sukamaju-2026", "lain"))
    (directory / "dpt.csv").write_text("nik,nama\n3329015203900001,Siti\n")
    (directory / "terbitan").mkdir(exist_ok=True)


def ballots_in(polling: Polling) -> int:
    with polling.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(ballots)).scalar_one())


@fuzz(80)
@given(calls(), noise, st.lists(arguments, max_size=3))
def test_no_command_fails_without_a_word(
    polling: Polling, workplace: Path, line: list[str], content: bytes, typed: list[str]
) -> None:
    lay_out(workplace, content)
    out, err = (
        io.TextIOWrapper(io.BytesIO(), "utf-8"),
        io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace"),
    )
    answers = io.StringIO("\n".join(typed).encode("utf-8", "replace").decode() + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(sys, "stdin", answers)
        with pytest.raises(SystemExit) as ended:
            main(line)
        out.flush()
        err.flush()
    said = err.buffer.getvalue().decode()
    assert ended.value.code in (0, 1, 2), ascii((line, said))
    assert "tidak terduga" not in said, ascii((line, said))
    assert "Traceback" not in said, ascii((line, said))
    if ended.value.code:
        assert "bilik: " in said or "Usage" in said or "Usage" in out.buffer.getvalue().decode(), (
            ascii((line, said))
        )
        assert not any(ord(one) < 32 and one != "\n" for one in said), ascii((line, said))
    assert ballots_in(polling) == 0
