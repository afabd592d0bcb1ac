"""Messages as bytes: canonical JSON, its hashes, and one codec for all of them.

Specification, 4.1, 4.2 and 4.15. A message is a frozen dataclass whose fields have the names and
the order of the specification. Their types say how they are written:

    str, int, bool              as in JSON
    mpz with :class:`Natural`   a decimal number in a string
    tuple[X, ...]               a list
    another dataclass           an object
    X | None                    left out when None

The form is compact and unique: whatever differs from it by a byte is refused, so that a hash of
the bytes and a hash of the content are the same thing.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from gmpy2 import mpz

from bilik.errors import InvalidRecord

T = TypeVar("T")
Decoder = Callable[[Any], Any]
_DECIMAL = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_LONGEST = 4096
"""No number in a list has so many digits."""
_LISTED = re.compile(rb'"(0|[1-9][0-9]*)"([],])')


@dataclass(frozen=True)
class Natural:
    """Marks a big natural number below a bound."""

    below: int


def encode(message: Any) -> bytes:
    """The canonical form of a message, or of a tuple, string or number in one."""
    text = json.dumps(_plain(message), ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def decode(kind: type[T], data: bytes) -> T:
    """The message of type ``kind`` whose canonical form is ``data``.

    Raises:
        InvalidRecord: the bytes are no such message, or not in canonical form.
    """
    message = build(kind, load(data))
    check_canonical(message, data)
    return message


def decode_numbers(kind: Any, pieces: Iterable[bytes]) -> Iterator[Any]:
    """The numbers of type ``kind`` in a list whose canonical form comes in ``pieces``, in order.

    However long the list is, there is one piece of it in memory.

    Raises:
        InvalidRecord: the bytes are no such list, or not in canonical form.
    """
    number, source = _decoder(kind), filter(None, pieces)
    unread = b"".join(islice(source, 2))  # at least two bytes, if there are so many
    is_closed = unread == b"[]"
    place = 2 if is_closed else 1
    is_list = unread[:1] == b"["
    while is_list:
        while not is_closed and (match := _LISTED.match(unread, place)):
            yield number(match[1].decode())
            place, is_closed = match.end(), match[2] == b"]"
        unread, place = unread[place:], 0
        is_list = not unread if is_closed else len(unread) < _LONGEST
        if (piece := next(source, None)) is None:
            break
        unread += piece
    if not (is_list and is_closed):
        raise InvalidRecord("bukan daftar bilangan dalam bentuk bakunya")


def load(data: bytes) -> Any:
    """JSON as plain Python values.

    Raises:
        InvalidRecord: the bytes are no JSON.
    """
    try:
        return json.loads(data.decode())
    except (ValueError, RecursionError):
        raise InvalidRecord("bukan JSON yang dapat dibaca") from None


def build(kind: type[T], value: Any) -> T:
    """The message of type ``kind`` that a plain value stands for.

    Raises:
        InvalidRecord: fields are missing, superfluous or of the wrong type.
    """
    shape: Any = kind
    message: T = _decoder(shape)(value)
    return message


def check_canonical(message: Any, data: bytes) -> None:
    """See that a message that was read is written in the very same bytes.

    Raises:
        InvalidRecord: it is not.
    """
    try:
        same = encode(message) == data
    except UnicodeEncodeError:
        same = False
    if not same:
        raise InvalidRecord("tidak ditulis dalam bentuk bakunya")


def sha256_hex(data: bytes) -> str:
    """A hash as the archive refers to its files by (4.4)."""
    return hashlib.sha256(data).hexdigest()


def sha256_base64(data: bytes) -> str:
    """A fingerprint or tracker: SHA-256 in Base64 without padding (4.15)."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, mpz):
        return value.digits()
    return {
        name: _plain(content)
        for name in _field_names(value.__class__)
        if (content := getattr(value, name)) is not None
    }


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@cache
def _decoder(kind: Any) -> Decoder:
    origin = get_origin(kind)
    if origin is Annotated:
        return _natural(get_args(kind)[1])
    if origin is tuple:
        return _list(_decoder(get_args(kind)[0]))
    return _scalar(kind) if kind in (str, int, bool) else _record(kind)


def _scalar(kind: type[Any]) -> Decoder:
    def decode_scalar(value: Any) -> Any:
        if type(value) is not kind:
            raise InvalidRecord(f"ada isian yang seharusnya {kind.__name__}")
        return value

    return decode_scalar


def _natural(bounds: Natural) -> Decoder:
    digits = len(str(bounds.below))

    def decode_natural(value: Any) -> Any:
        if type(value) is not str or len(value) > digits or not _DECIMAL.fullmatch(value):
            raise InvalidRecord("ada isian yang seharusnya bilangan")
        number = mpz(value)
        if number >= bounds.below:
            raise InvalidRecord("ada bilangan yang terlalu besar")
        return number

    return decode_natural


def _list(item: Decoder) -> Decoder:
    def decode_list(value: Any) -> Any:
        if type(value) is not list:
            raise InvalidRecord("ada isian yang seharusnya daftar")
        return tuple(item(one) for one in value)

    return decode_list


def _record(kind: Any) -> Decoder:
    hints = get_type_hints(kind, include_extras=True)
    decoders: dict[str, Decoder] = {}
    optional: set[str] = set()
    for name in _field_names(kind):
        hint = hints[name]
        if get_origin(hint) in (Union, types.UnionType):
            optional.add(name)
            hint = get_args(hint)[0]
        decoders[name] = _decoder(hint)
    required = decoders.keys() - optional

    def decode_record(value: Any) -> Any:
        if type(value) is not dict or not required <= value.keys() <= decoders.keys():
            raise InvalidRecord(f"isian {kind.__name__} kurang atau lebih")
        return kind(**{name: decoders[name](content) for name, content in value.items()})

    return decode_record
