"""What a page sends: fields, and files that go to the disk as they come, within limits."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from bilik.errors import BilikError
from bilik.services.files import new_file

_MOST_FIELDS = 20
_MOST_FILES = 40
_LARGEST_FIELD = 16 * 1024
_NAME_CHARACTERS = 80
_BOUNDARY = re.compile(rb"[0-9A-Za-z'+_./:=?-]{1,70}")
"""RFC 2046, 5.1.1, without the signs that no browser uses."""
_NO_TEXT = re.compile("\0|[\ud800-\udfff]")
"""What no keyboard writes, and no database takes as a text."""


@dataclass(frozen=True)
class Upload:
    """A file as it came; ``name`` is what the sender calls it, without folders."""

    name: str
    content: BinaryIO

    def save(self, path: Path) -> None:
        """Copy it to a new file for its owner's eyes only.

        Raises:
            BilikError: it cannot be written.
        """
        with new_file(path) as file:
            shutil.copyfileobj(self.content, file, 1 << 20)


@dataclass(frozen=True)
class Form:
    """A form that was sent; ``files`` leaves out those that nobody chose."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Sequence[Upload]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field, stripped; empty if it was not sent."""
        return self.fields.get(name, "").strip()

    def secret(self, name: str) -> str:
        """A field as it was typed."""
        return self.fields.get(name, "")

    def uploads(self, name: str) -> Sequence[Upload]:
        """The files of a field.

        Raises:
            BilikError: none was chosen.
        """
        found = self.files.get(name, ())
        if not found:
            raise BilikError("Pilih dulu berkasnya, lalu kirim lagi.")
        return found

    def upload(self, name: str) -> Upload:
        """The one file of a field.

        Raises:
            BilikError: none was chosen.
        """
        return self.uploads(name)[0]

    def close(self) -> None:
        """Forget the files."""
        for uploads in self.files.values():
            for one in uploads:
                one.content.close()


NO_FORM = Form()
_READ_TO_THE_END = 1 << 20
"""Bytes. What is too large, and yet no larger than this, is read and let go: who is cut off while
sending never sees the answer."""


async def read_form(request: Request, most: int) -> Form:
    """What was sent; files lie in unnamed files on the disk until the form is closed.

    Raises:
        HTTPException: 413, there is more than ``most`` bytes of it; 400, it is no form.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > max(most, _READ_TO_THE_END):
        raise HTTPException(413)
    stream = _limited(request, most)
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    try:
        if kind == b"multipart/form-data":
            data = await MultiPartParser(
                _as_utf8(options.get(b"boundary", b"")), stream, max_files=_MOST_FILES,
                max_fields=_MOST_FIELDS, max_part_size=_LARGEST_FIELD,
            ).parse()  # fmt: skip
        elif kind == b"application/x-www-form-urlencoded":
            data = await FormParser(
                request.headers, stream, max_fields=_MOST_FIELDS, max_part_size=_LARGEST_FIELD
            ).parse()
        else:
            return NO_FORM
    except MultiPartException:
        raise HTTPException(400) from None
    fields: dict[str, str] = {}
    files: dict[str, list[Upload]] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files.setdefault(name, []).append(Upload(_name_of(value.filename), value.file))
        elif _NO_TEXT.search(value):
            raise HTTPException(400)
        else:
            fields[name] = value
    return Form(fields, files)


def _as_utf8(boundary: bytes) -> Headers:
    """The header of a form in parts, without the encoding that its sender wishes for.

    Our pages are UTF-8. Python knows encodings that fail in ways of their own, or read halves of
    characters.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise HTTPException(400)
    return Headers({"content-type": f"multipart/form-data; boundary={boundary.decode()}"})


async def _limited(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    read = 0
    async for block in request.stream():
        read += len(block)
        if read <= most:
            yield block
        elif read > _READ_TO_THE_END:
            break
    if read > most:
        raise HTTPException(413)


def _name_of(stated: str) -> str:
    """A file's name to be shown, without the folders that some browsers send."""
    last = stated.replace("\\", "/").rpartition("/")[2]
    printable = "".join(one for one in last if one.isprintable())
    return printable.strip()[:_NAME_CHARACTERS] or "berkas"
