"""Canaries: words that must stand nowhere, and a search for them in whatever form."""

from __future__ import annotations

import base64
import gzip
import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_GZIP = b"\x1f\x8b\x08"
_MOST = 1 << 18


def _base64(word: str, ahead: int) -> bytes:
    """Those letters that a word always has in base64, with so many bytes of anything before it."""
    encoded = base64.b64encode(b"\0" * ahead + word.encode())
    known = (ahead + len(word.encode())) * 8 // 6
    return encoded[-(-ahead * 8 // 6) : known]


def _urlsafe(word: str, ahead: int) -> bytes:
    return _base64(word, ahead).translate(bytes.maketrans(b"+/", b"-_"))


Form = Callable[[str], bytes]

FORMS: dict[str, Form] = {
    "utf-8": str.encode,
    "utf-16le": lambda word: word.encode("utf-16le"),
    "utf-16be": lambda word: word.encode("utf-16be"),
    "hex": lambda word: word.encode().hex().encode(),
    "HEX": lambda word: word.encode().hex().upper().encode(),
    "url": lambda word: quote(word, safe="").encode(),
    "url, every byte": lambda word: "".join(f"%{byte:02X}" for byte in word.encode()).encode(),
    "json escapes": lambda word: "".join(f"\\u{ord(sign):04x}" for sign in word).encode(),
    **{f"base64, {n} ahead": lambda word, n=n: _base64(word, n) for n in range(3)},
    **{f"base64url, {n} ahead": lambda word, n=n: _urlsafe(word, n) for n in range(3)},
    # Unkeyed, these are as good as the NIK itself: there are few enough to try.
    "sha256": lambda word: hashlib.sha256(word.encode()).digest(),
    "sha256, hex": lambda word: hashlib.sha256(word.encode()).hexdigest().encode(),
    "sha1": lambda word: hashlib.sha1(word.encode()).digest(),
    "md5": lambda word: hashlib.md5(word.encode()).digest(),
}
NUMBERS: dict[str, Form] = {
    "64 bits, little endian": lambda word: struct.pack("<Q", int(word)),
    "64 bits, big endian": lambda word: struct.pack(">Q", int(word)),
}
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": bytes,
    "zlib": zlib.compress,
    "gzip": gzip.compress,
}


def forms(word: str) -> dict[str, bytes]:
    """A word in all its forms, by their names."""
    all_forms = FORMS | (NUMBERS if word.isdecimal() and int(word) < 2**64 else {})
    return {name: form(word) for name, form in all_forms.items()}


def found(content: bytes, words: Iterable[str]) -> list[tuple[str, str]]:
    """Which words stand in ``content``, and in which form; also within zlib and gzip streams.

    Large and small letters count as one.
    """
    hay = [one.lower() for one in (content, *_unpacked(content))]
    return [
        (word, name)
        for word in words
        for name, needle in forms(word).items()
        if any(needle.lower() in one for one in hay)
    ]


def files(place: Path, since: float) -> Iterator[Path]:
    """All files under ``place`` that were written to at ``since`` or later."""
    for file in place.rglob("*"):
        if file.is_file() and not file.is_symlink() and file.stat().st_mtime >= since:
            yield file


def _unpacked(content: bytes) -> Iterator[bytes]:
    """What is in the streams that begin anywhere in ``content``."""
    for magic, bits in (*((one, 15) for one in _ZLIB), (_GZIP, 31)):
        place = content.find(magic)
        while place >= 0:
            with suppress(zlib.error):
                yield zlib.decompressobj(bits).decompress(content[place : place + _MOST], _MOST)
            place = content.find(magic, place + 1)
