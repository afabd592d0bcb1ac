"""Log records from everywhere, and what is left of them."""

import json
import logging
import sys
import warnings
from collections.abc import Iterator

import pytest

from bilik import logs
from bilik.errors import BoxUnavailable

SAID = "saya pilih SEKRET-7391"


@pytest.fixture(autouse=True)
def discreet() -> Iterator[None]:
    before = logging.getLogRecordFactory(), warnings.showwarning, sys.excepthook
    shape = logging.Handler.format
    logs.make_discreet()
    yield
    logging.Handler.format = shape
    logging.setLogRecordFactory(before[0])
    warnings.showwarning, sys.excepthook = before[1], before[2]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """What the root logger's handlers write, at level DEBUG."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler, root = Keep(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_library_may_log_its_own_words_and_nothing_that_is_put_into_them(
    lines: list[str],
) -> None:
    elsewhere = logging.getLogger("rasa.core.processor")
    elsewhere.warning("Circuit breaker tripped")
    elsewhere.debug("Received message %s", SAID)
    elsewhere.debug(f"Received message {SAID}")
    elsewhere.debug(SAID)
    elsewhere.debug("Received message %(text)s", {"text": SAID})
    elsewhere.debug({"text": SAID})
    elsewhere.error("Slots: {}".format(SAID), extra={"text": SAID})  # noqa: UP032
    assert [line.split(" [")[0] for line in lines] == [
        "Circuit breaker tripped", "Received message %s", logs.HIDDEN, logs.HIDDEN,
        "Received message %(text)s", logs.HIDDEN, logs.HIDDEN,
    ]  # fmt: skip
    assert all("test_logs.py" in line and "SEKRET" not in line for line in lines)


def test_an_exception_is_told_by_its_types_and_its_way(lines: list[str]) -> None:
    try:
        try:
            raise KeyError(SAID)
        except KeyError as error:
            raise ValueError(f"cannot read {SAID}") from error
    except ValueError:
        logging.getLogger("rasa").exception(f"Failed on {SAID}")
        logging.getLogger("actions.voting").exception("an action failed")
    for line in lines:
        assert "builtins.ValueError" in line
        assert "builtins.KeyError" in line
        assert "test_logs.py" in line
        assert "SEKRET" not in line
    assert lines[1].startswith("an action failed\n")


def test_our_own_messages_pass_and_our_own_errors_say_what_to_do(lines: list[str]) -> None:
    try:
        raise BoxUnavailable("Basis data tidak menjawab.")
    except BoxUnavailable:
        logging.getLogger("bilik.storage").error("%s failed", "cast", exc_info=True)
    assert lines[0].startswith("cast failed\n")
    assert "Basis data tidak menjawab." in lines[0]


def test_a_warning_and_what_nobody_catches_are_told_by_their_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = logs._show_warning
        warnings.warn(f"Failed to parse {SAID}", UserWarning, stacklevel=1)
    try:
        raise ValueError(SAID)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    sys.excepthook(BoxUnavailable, BoxUnavailable("Ulangi."), None)
    written = capsys.readouterr().err
    assert "UserWarning" in written
    assert "builtins.ValueError" in written
    assert "bilik: Ulangi." in written
    assert "SEKRET" not in written


def test_as_json_a_record_is_one_line_with_the_same_words_and_no_others(lines: list[str]) -> None:
    logs.make_discreet("json")
    logging.getLogger("rasa.core.processor").debug("Received message %s", SAID, extra={"x": SAID})
    logging.getLogger("sanic.access").info("", extra={"request": SAID, "host": SAID})
    try:
        raise ValueError(f"cannot read {SAID}")
    except ValueError:
        logging.getLogger("actions.voting").exception("%s failed", "action_cast")
    told = [json.loads(line) for line in lines]
    assert "SEKRET" not in "".join(lines)
    assert [one["message"].split(" [")[0] for one in told] == [
        "Received message %s", "", "action_cast failed",
    ]  # fmt: skip
    assert [one["level"] for one in told] == ["debug", "info", "error"]
    assert "\nbuiltins.ValueError" in told[2]["error"]
    assert all(one["place"].startswith("test_logs.py:") for one in told)


def test_as_json_what_nobody_catches_is_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.make_discreet("json")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = logs._show_warning
        warnings.warn(f"Failed to parse {SAID}", UserWarning, stacklevel=1)
    sys.excepthook(ValueError, ValueError(SAID), None)
    sys.excepthook(BoxUnavailable, BoxUnavailable("Ulangi."), None)
    told = [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]
    assert [one.split(" (")[0] for one in told] == [
        "UserWarning", "builtins.ValueError", "bilik: Ulangi.",
    ]  # fmt: skip
