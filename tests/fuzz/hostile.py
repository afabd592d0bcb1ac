"""What nobody sends by mistake: texts, bytes, JSON and names that programs stumble over."""

from __future__ import annotations

import json
import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

CANARY = "zqkenarijvx"
"""Stands in much of what is sent, and may stand in no log."""

TIMES = max(1, int(os.environ.get("FUZZ_TIMES", "1")))
"""How many times as long as in `make test` a run is; `make fuzz` sets it."""


PHASES = tuple(Phase) if os.environ.get("FUZZ_SHRINK") else (Phase.explicit, Phase.generate)
"""What is found is not made smaller, which takes minutes; whoever looks into it sets this."""


def fuzz(examples: int) -> settings:
    """So many examples, times :data:`TIMES`; what one of them sets up is set up for all."""
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        database=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )


BOMBS = (
    "", " ", "\0", "a\0b", "\ud800", "\udfff x", "\u202e2 iynup ayas", "\u200b" * 40, "\ufeff1",
    "\u2066ya\u2069", "﷽" * 50, "é" * 300, "a" + "\u0301" * 500, "9" * 5000, "-1", "1e999", "NaN",
    "' OR '1'='1", "'; DROP TABLE ballots; --", "1 UNION SELECT * FROM voters", "%s%s%n", "%00",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{7*7}}", "{% raw %}",
    "${jndi:ldap://x/a}", "$(id)", "`id`", "../../../etc/passwd", "..\\..\\x", "/etc/passwd",
    "file:///etc/passwd", "http://169.254.169.254/", "//jahat.example/", "\r\nSet-Cookie: a=b",
    "=HYPERLINK(\"http://x\")", "+1+1", "@SUM(A1)", "-2+3", "#REF!", "null", "None", "undefined",
    "🗳️" * 200,
    "👨‍👩‍👧‍👦", "٣", "²", "Ⅷ", "１２", "0x10", "1_000", "\x1b[31m", "\x7f", "\x85", "\u2028",
    "x" * 70_000, "[" * 3000, "a," * 3000, "&a [*a]", "!!python/object/apply:os.system [id]",
)  # fmt: skip

texts = st.one_of(
    st.sampled_from(BOMBS),
    st.text(max_size=60),
    st.builds(lambda one, other: f"{one}{CANARY}{other}", st.text(max_size=9), st.text(max_size=9)),
)
"""Any text at all, lone surrogates among them."""

printable = texts.map(lambda one: one.encode("utf-8", "replace").decode())
"""The same, as far as UTF-8 can say it."""

noise = st.one_of(
    st.binary(max_size=400),
    printable.map(str.encode),
    st.sampled_from([b"\xff\xfe\x00", b"\xf0\x28\x8c\x28", b"\x00" * 2000, b"PK\x03\x04", b"{"]),
)

numbers = st.one_of(
    st.integers(-5, 5), st.integers(), st.floats(),
    st.sampled_from([2**31, 2**63, -(2**63) - 1, 10**30, 10**400]),
)  # fmt: skip

values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
"""Anything that JSON can say, and Python's infinity besides."""


@st.composite
def mutated(draw: st.DrawFn, content: Any) -> Any:
    """A JSON value with one place in it exchanged, taken out or doubled."""
    places = list(_places(content))
    way = draw(st.sampled_from(places))
    value = draw(st.one_of(values, texts))
    drop = draw(st.integers(0, 4)) == 0
    return _changed(content, way, value, drop)


def as_body(content: Any) -> bytes:
    """Written as Python's JSON writes it: lone surrogates as escapes, infinity as such."""
    return json.dumps(content).encode()


DEEP = (b"[" * 20_000, b'{"a":' * 20_000, b"[" * 5000 + b"]" * 5000)


def _places(content: Any, way: tuple[Any, ...] = ()) -> Any:
    yield way
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _places(value, (*way, key))
    elif isinstance(content, list):
        for at, value in enumerate(content):
            yield from _places(value, (*way, at))


def _changed(content: Any, way: tuple[Any, ...], value: Any, drop: bool) -> Any:
    if not way:
        return value
    head, *rest = way
    copy = dict(content) if isinstance(content, dict) else list(content)
    if drop and not rest:
        del copy[head]
    else:
        copy[head] = _changed(content[head], tuple(rest), value, drop)
    return copy
