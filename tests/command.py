"""The `bilik` command, each call a process of its own.

Most of a call's second goes to reading Python's modules. So the processes are forked from one that
has read them and done nothing else. What is typed into a terminal, interrupted or left to run is
started by tests as the panitia do it, with the script that is installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.forked import PROCESSES, preload

preload("bilik.cli")
_STREAMS = (("in", "r"), ("out", "w"), ("err", "w"))


def call(
    *arguments: str, directory: Path, environ: Mapping[str, str], answer: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run `bilik` there, with that on its standard input and no terminal."""
    with tempfile.TemporaryDirectory(prefix="bilik-perintah-") as name:
        streams = Path(name)
        (streams / "in").write_text(answer, encoding="utf-8")
        process = PROCESSES.Process(
            target=_main, args=(arguments, directory, dict(environ), streams)
        )
        process.start()
        process.join()
        code = process.exitcode
        assert code is not None
        said = [(streams / one).read_text(encoding="utf-8") for one in ("out", "err")]
    return subprocess.CompletedProcess(["bilik", *arguments], code, *said)


def _main(
    arguments: tuple[str, ...], directory: Path, environ: dict[str, str], streams: Path
) -> None:
    from bilik.cli import main

    os.environ.clear()
    os.environ.update(environ)
    os.chdir(directory)
    for number, (name, mode) in enumerate(_STREAMS):
        file = (streams / name).open(mode, encoding="utf-8")
        os.dup2(file.fileno(), number)
        setattr(sys, f"std{name}", file)
    main(arguments)
