"""The `bilik` command: the panitia's desk in the terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from bilik.cli.app import app
from bilik.errors import BilikError
from bilik.services.files import reason

_NO_TEXT = re.compile("[\ud800-\udfff]")
"""What Python makes of arguments that are no UTF-8."""
_MISTAKES = {
    "MissingParameter": "ada isian yang belum ditulis",
    "NoSuchOption": "ada pilihan yang tidak dikenal",
    "BadParameter": "ada isian yang tidak bisa dipakai",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; an error is one line that says what to do."""
    os.umask(0o077)  # what is written here is nobody else's to read
    given = sys.argv[1:] if arguments is None else arguments
    if any(_NO_TEXT.search(one) for one in given):
        _fail("ada isian yang bukan teks UTF-8. Ketik ulang perintahnya.", 2)
    try:
        code = app(args=arguments, prog_name="bilik", standalone_mode=False)
    except BilikError as error:
        _fail(str(error), 1)
    except typer.Abort:
        _fail("dibatalkan; tidak ada yang berubah.", 1)
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error)
            sys.exit(2)
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "bilik"
        mistake = _MISTAKES.get(type(error).__name__, "perintah itu tidak dikenal")
        _fail(f"{mistake}. Lihat `{command} --help`.", 2)
    except OSError as error:
        _fail(f"berkas `{error.filename}` tidak bisa dipakai: {reason(error)}.", 1)
    except Exception as error:
        _fail(f"ada kesalahan yang tidak terduga ({type(error).__name__}); tidak dilanjutkan.", 1)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(line: str, code: int) -> NoReturn:
    # Names of files and what stands in them may hold what a terminal would obey.
    plain = "".join(one if one.isprintable() or one == "\n" else "?" for one in line)
    print(f"bilik: {plain}", file=sys.stderr)
    sys.exit(code)


__all__ = ["app", "main"]
