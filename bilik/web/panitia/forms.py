"""What a page sends: fields, and files that go to the disk as they come, within limits."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from bilik.errors import BilikError
from bilik.services.files import new_file

_MOST_FIELDS = 20
_MOST_FILES = 40
_LARGEST_FIELD = 16 * 1024
_NAME_CHARACTERS = 80


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


async def read_form(request: Request, most: int) -> Form:
    """What was sent; files lie in unnamed files on the disk until the form is closed.

    Raises:
        HTTPException: 413, there is more than ``most`` bytes of it; 400, it is no form.
    """
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise HTTPException(413)
    stream = _limited(request, most)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            data = await MultiPartParser(
                request.headers, stream, max_files=_MOST_FILES, max_fields=_MOST_FIELDS,
                max_part_size=_LARGEST_FIELD,
            ).parse()  # fmt: skip
        elif kind == "application/x-www-form-urlencoded":
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
        else:
            fields[name] = value
    return Form(fields, files)


async def _limited(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    read = 0
    async for block in request.stream():
        read += len(block)
        if read > most:
            raise HTTPException(413)
        yield block


def _name_of(stated: str) -> str:
    """A file's name to be shown, without the folders that some browsers send."""
    last = stated.replace("\\", "/").rpartition("/")[2]
    printable = "".join(one for one in last if one.isprintable())
    return printable.strip()[:_NAME_CHARACTERS] or "berkas"
