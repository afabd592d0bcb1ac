"""Logs that tell where something happened, and never what was said.

Rasa, Sanic and the libraries below them put messages, entities and whole requests into what they
log. Hunting for patterns in that would miss some. Every record in a process is made by one
function, the log record factory, so the cut is there. Of a record that is not Bilik's own, these
are let through, for they stand in the source code and cannot hold what a voter said:

- level, logger, file, line and function;
- the message, if it is a literal of the calling function, and then without its arguments;
- of an exception: the types, and the files, lines and functions that it went through.

Bilik's own messages pass as they are, their exceptions like all others. The same goes for warnings
and for what would end up on the error output when nobody catches it.

As text, a record looks as whoever set up the handlers wants it. As JSON it is one line for a
machine, with the same words and no others, whatever the handlers want: Rasa, its SDK and Sanic set
up theirs at times of their own.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import threading
import traceback
import warnings
from datetime import datetime, timezone
from types import TracebackType
from typing import Any, TextIO

from bilik.errors import BilikError

OURS = ("bilik", "actions", "assistant")
HIDDEN = "(not shown)"
_ExceptionInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def make_discreet(log_format: str = "text") -> None:
    """From now on this process logs discreetly, and leaves no core dump.

    ``log_format`` is "text" or "json".
    """
    forbid_core_dumps()
    logging.setLogRecordFactory(discreet_record)
    if log_format == "json":
        logging.Handler.format = _as_json  # type: ignore[method-assign, assignment]
    warnings.showwarning = _show_warning
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def forbid_core_dumps() -> None:
    """No memory of this process or of those it starts is ever written to disk by the kernel."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def discreet_record(
    name: str,
    level: int,
    path: str,
    line: int,
    message: object,
    arguments: Any,
    exception: _ExceptionInfo | None,
    function: str | None = None,
    _stack: str | None = None,
    **_: Any,
) -> logging.LogRecord:
    """A log record from which everything is left out that is not let through."""
    if name.split(".", 1)[0] not in OURS:
        literal = message if _is_literal(message, path, line) else HIDDEN
        message = f"{literal} [{os.path.basename(path)}:{line} {function}]"
        arguments = ()
    record = logging.LogRecord(name, level, path, line, message, arguments, None, function)
    if exception and exception[1] is not None:
        record.exc_text = describe(exception[1])
    return record


def json_line(record: logging.LogRecord) -> str:
    """A discreet record as one line of JSON; of what else hangs on it, nothing."""
    at = datetime.fromtimestamp(record.created, timezone.utc)
    told = {
        "time": at.isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
        "process": record.process,
    }
    if record.lineno:
        told["place"] = f"{os.path.basename(record.pathname)}:{record.lineno}"
    if record.exc_text:
        told["error"] = record.exc_text
    return json.dumps(told, ensure_ascii=False)


def _as_json(_handler: logging.Handler, record: logging.LogRecord) -> str:
    return json_line(record)


def describe(error: BaseException) -> str:
    """An exception with its causes, each by type and way; of messages only Bilik's own."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        way = traceback.extract_tb(current.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in way]
        said = f": {current}" if isinstance(current, BilikError) else ""
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}{said}")
        before = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or before
    return "\n".join(lines)


def _is_literal(message: object, path: str, line: int) -> bool:
    """Whether the message stands as it is in the code of the function that logs it."""
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_lineno == line and frame.f_code.co_filename == path:
            # Compared with strings only: True would equal 1.
            return isinstance(message, str) and message in [
                one for one in frame.f_code.co_consts if isinstance(one, str)
            ]
    return False


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    said = f"{category.__name__} {HIDDEN} [{filename}:{lineno}]"
    (file or sys.stderr).write(_written(logging.WARNING, said))


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, BilikError):
        sys.stderr.write(_written(logging.ERROR, f"bilik: {error}"))
    elif isinstance(error, Exception):
        _tell(error)
    else:
        sys.__excepthook__(kind, error, trace)


def _uncaught_in_thread(happened: threading.ExceptHookArgs) -> None:
    if happened.exc_value is not None:
        _tell(happened.exc_value)


def _unraisable(happened: sys.UnraisableHookArgs) -> None:
    if happened.exc_value is not None:
        _tell(happened.exc_value)


def _tell(error: BaseException) -> None:
    sys.stderr.write(_written(logging.ERROR, describe(error)))


def _written(level: int, said: str) -> str:
    """What goes to the error output past all handlers."""
    if logging.Handler.format is not _as_json:
        return f"{said}\n"
    return json_line(logging.LogRecord("bilik", level, "", 0, said, (), None)) + "\n"
