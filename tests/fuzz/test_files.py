"""Files that somebody altered, cut, or made to break what reads them: refused in one line."""

from __future__ import annotations

import io
import json
import resource
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from bilik.belenios import trustees, wire
from bilik.belenios.archive import Archive
from bilik.belenios.verify import verify
from bilik.clock import system_clock
from bilik.domain.code_file import read_code_file
from bilik.errors import BilikError
from bilik.services import portraits, trustee_files, trustee_key
from bilik.services.definition_files import check_file
from bilik.services.roll_import import read_entries
from bilik.services.sheets import open_sheets
from tests.box import Box, group_of, single
from tests.elections import REGION, VILLAGE
from tests.fuzz.hostile import DEEP, fuzz, mutated, noise, texts

MEMORY = 768 << 20
"""Bytes by which no file may make this process grow."""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@contextmanager
def little_memory() -> Iterator[None]:
    """What wants much more than is used now gets a MemoryError."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def only_bilik_errors(act: Callable[[], object]) -> str:
    """What went wrong, as somebody is told; empty if nothing did."""
    try:
        act()
    except BilikError as error:
        said = str(error)
        assert said
        assert all(one.isprintable() or one == "\n" for one in said), ascii(said)
        return said
    return ""


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A file with some of its bytes altered, or cut, or doubled."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        match draw(st.integers(0, 4)):
            case 0:
                del content[at:]
            case 1:
                content[at:at] = draw(noise)
            case 2:
                content[at : at + draw(st.integers(1, 50))] = b""
            case _:
                content[at : at + 1] = draw(st.binary(min_size=1, max_size=4))
    return bytes(content)


# -- pemilihan.yml ---------------------------------------------------------------------------------

ELECTION = yaml.safe_load(
    REGION.replace("kode: pilkada-2026", "kode: pilkada-2026\nsaksi: {ambang: 1, nama: [A, B]}")
)
YAML_BOMBS = (
    "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{chr(98 + at)}: &{chr(98 + at)} [{','.join(['*' + chr(97 + at)] * 9)}]\n"
        for at in range(12)
    ),
    "[" * 5000, "{a: " * 5000, "- " * 5000 + "x", "&a [*a]", "&a {kode: *a}", "a: *b",
    "\n".join(" " * at + "a:" for at in range(3000)), "!!python/object/apply:os.system [id]",
    '"\\U00110000"', 'kode: "\\ud800"', "%YAML 9.9\n---\n", "!<tag:\0> x", "? [a]\n: b", "<<: 1",
    VILLAGE.replace("nomor: 1", "nomor: " + "9" * 5000),
    VILLAGE.replace("zona_waktu: WIB", "zona_waktu: WIB\ntenggang_menit: " + "9" * 30),
    VILLAGE.replace("2026-11-29 07:00", "0001-01-01 00:00"),
    VILLAGE.replace("2026-11-29 13:00", "9999-12-31 23:59"),
    VILLAGE.replace("visi: Desa mandiri.", 'foto: "\\0"'),
    VILLAGE.replace("visi: Desa mandiri.", f"foto: {'x' * 5000}"),
    VILLAGE.replace("visi: Desa mandiri.", "foto: ../../../../etc/passwd"),
    VILLAGE.replace("Siti Rahmawati", '"Siti \\u202eitawamhaR"'),
)  # fmt: skip


@fuzz(250)
@given(
    st.one_of(
        mutated(ELECTION).map(lambda one: json.dumps(one, default=str).encode()),
        damaged(VILLAGE.encode()),
        texts.map(
            lambda one: VILLAGE.replace("Desa mandiri.", one).encode("utf-8", "surrogatepass")
        ),
        noise,
    )
)
def test_a_definition_is_read_or_all_its_mistakes_are_told(directory: Path, content: bytes) -> None:
    path = directory / "pemilihan.yml"
    path.write_bytes(content)
    only_bilik_errors(lambda: check_file(path, system_clock()))


@pytest.mark.parametrize("at", range(len(YAML_BOMBS)))
def test_no_definition_takes_a_server_along(directory: Path, at: int) -> None:
    path = directory / "pemilihan.yml"
    path.write_text(YAML_BOMBS[at], encoding="utf-8")
    with little_memory():
        found = check_file(path, system_clock())
    assert found.problems
    assert found.election is None


# -- rolls -----------------------------------------------------------------------------------------

SHEET = "xl/worksheets/sheet1.xml"
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _workbook() -> bytes:
    book, written = Workbook(), io.BytesIO()
    book.active.append(["nik", "nama", "no_hp", "tps"])
    for at in range(5):
        book.active.append([f"332901520390000{at}", f"Siti {at}", "081234567890", "01"])
    book.save(written)
    return written.getvalue()


WORKBOOK = _workbook()
with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as _packed:
    PARTS = {name: _packed.read(name) for name in _packed.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return written.getvalue()


def with_rows(rows: str, before: str = "") -> bytes:
    sheet = f'{before}<worksheet xmlns="{_SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>'
    return packed({**PARTS, SHEET: sheet.encode()})


def cell(value: str, kind: str = "n", place: str = "A1") -> str:
    return f'<row r="1"><c r="{place}" t="{kind}"><v>{value}</v></c></row>'


def inline(text: str) -> str:
    return f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'


LAUGHS = "<!DOCTYPE a [" + "".join(
    f'<!ENTITY l{at} "{f"&l{at - 1};" * 10 if at else "ha"}">' for at in range(10)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
WORKBOOK_BOMBS = {
    "a billion laughs": lambda: with_rows(inline("&l9;"), LAUGHS),
    "a file of the server's": lambda: with_rows(inline("&x;"), OUTSIDE),
    "a cell of 128 MB": lambda: with_rows(inline("A" * (1 << 27))),
    "a table of texts of 128 MB": lambda: packed(
        {**PARTS, "xl/sharedStrings.xml": b"<sst>" + b"<si><t>a</t></si>" * (1 << 23) + b"</sst>"}
    ),
    "rows without end": lambda: with_rows("<row>" * 100_000),
    "a text that is not there": lambda: with_rows(cell("99999", "s")),
    "a number that is none": lambda: with_rows(cell("abc")),
    "infinity": lambda: with_rows(cell("INF")),
    "too large": lambda: with_rows(cell("1e400")),
    "a day that is none": lambda: with_rows(cell("99999-99-99", "d")),
    "a column beyond all": lambda: with_rows(cell("1", "n", "ZZZZZZ1")),
    "a row beyond all": lambda: with_rows(cell("1", "n", "A99999999999")),
    "a style that is not there": lambda: with_rows('<row><c r="A1" s="9999"><v>1</v></c></row>'),
    "no table": lambda: packed({n: c for n, c in PARTS.items() if n != SHEET}),
    "no types": lambda: packed({**PARTS, "[Content_Types].xml": b"<Types/>"}),
    "another file in its place": lambda: packed(
        {
            **PARTS,
            "xl/_rels/workbook.xml.rels": PARTS["xl/_rels/workbook.xml.rels"].replace(
                b"worksheets/sheet1.xml", b"../../../../etc/passwd"
            ),
        }
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKBOOK_BOMBS)
def test_no_workbook_takes_a_server_along(directory: Path, name: str) -> None:
    path = directory / "dpt.xlsx"
    path.write_bytes(WORKBOOK_BOMBS[name]())
    with little_memory():
        assert only_bilik_errors(lambda: read_entries(path, 20))


@fuzz(120)
@given(st.one_of(damaged(WORKBOOK), st.builds(
    lambda name, content: packed({**PARTS, name: content}),
    st.sampled_from(sorted(PARTS)),
    st.sampled_from(sorted(PARTS)).flatmap(lambda name: damaged(PARTS[name])),
)))  # fmt: skip
def test_a_workbook_is_read_or_refused(directory: Path, content: bytes) -> None:
    path = directory / "dpt.xlsx"
    path.write_bytes(content)
    only_bilik_errors(lambda: read_entries(path, 20))


ROLL = "nik,nama,no_hp,tps\n3329015203900001,Siti,081234567890,01\n"


@fuzz(250)
@example(b"sep=\0\nx")
@example(b"\xff\xfe\x00\xd8")
@example(b"nik,nama" + b"," * 200_000 + b"\n")
@given(
    st.one_of(
        noise,
        damaged(ROLL.encode()),
        damaged(ROLL.encode("utf-16")),
        texts.map(lambda one: ROLL.replace("Siti", one).encode("utf-8", "surrogatepass")),
        texts.map(lambda one: ROLL.replace("08123", one).encode("utf-8", "surrogatepass")),
        texts.map(lambda one: f"sep={one}\n{ROLL}".encode("utf-8", "surrogatepass")),
    )
)
def test_a_roll_is_read_or_refused_and_so_is_a_file_of_codes(
    directory: Path, content: bytes
) -> None:
    path = directory / "dpt.csv"
    path.write_bytes(content)
    only_bilik_errors(lambda: read_entries(path, 20))

    def as_codes() -> None:
        with open_sheets(path) as (sheet, *_):
            read_code_file(sheet.rows, "kode.csv")

    only_bilik_errors(as_codes)


# -- photos ----------------------------------------------------------------------------------------


def _png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    middle = b"".join(chunk(*one) for one in chunks)
    return b"\x89PNG\r\n\x1a\n" + header + middle + chunk(b"IEND", b"")


def _photo(kind: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(written, kind)
    return written.getvalue()


PHOTO_BOMBS = {
    "three billion pixels": lambda: _png(60_000, 60_000, (b"IDAT", zlib.compress(bytes(10**6)))),
    "one line of forty millions": lambda: _png(1, 40_000_000, (b"IDAT", zlib.compress(bytes(9)))),
    "no side at all": lambda: _png(0, 9),
    "a comment of 200 MB": lambda: _png(
        9, 9, (b"zTXt", b"a\0\0" + zlib.compress(bytes(2 * 10**8)))
    ),
    "a colour profile of 200 MB": lambda: _png(
        9, 9, (b"iCCP", b"a\0\0" + zlib.compress(bytes(2 * 10**8)))
    ),
    "a picture of two billion frames": lambda: _png(9, 9, (b"acTL", struct.pack(">II", 2**31, 0))),
    "half a picture": lambda: _photo("JPEG")[:200],
}  # fmt: skip


@pytest.mark.parametrize("name", PHOTO_BOMBS)
def test_no_photo_takes_a_server_along(name: str) -> None:
    content = PHOTO_BOMBS[name]()
    with little_memory(), pytest.raises(ValueError, match=r"."):
        portraits.small(content)


@fuzz(250)
@given(st.one_of(damaged(_photo("JPEG")), damaged(_photo("PNG")), noise))
def test_a_photo_is_made_small_or_refused(content: bytes) -> None:
    try:
        made = portraits.small(content)
    except ValueError:
        return
    assert Image.open(io.BytesIO(made)).size == (portraits.SIDE, portraits.SIDE)


# -- trustees' files and records -------------------------------------------------------------------


def _counted() -> Box:
    box = Box(single(), 2)
    box.cast(0, 1)
    box.cast(1, None)
    box.close()
    box.count([1])
    return box


BOX = _counted()
GROUP = group_of(2, 3)


def _messages() -> list[bytes]:
    from bilik.belenios import channels
    from tests.box import Ceremony

    them = Ceremony(2, [channels.new_seed() for _ in range(3)])
    them.run()
    invitation = trustee_files.Invitation(
        trustee_files.INVITATION, "A" * 14, "Ketua RT", 2, ("Pak Budi", "Bu Siti", "Mas Joko")
    )
    certificate = trustee_files.Certificate(
        trustee_files.CERTIFICATE, invitation, "Bu Siti", them.certs[0]
    )
    shares = wire.encode(them.polynomials[0])
    return [
        wire.encode(invitation), wire.encode(certificate), shares, wire.encode(them.voutputs[0]),
        trustees.encode(GROUP.trustees), trustee_files.lines(them.certs), BOX.ballots[0],
    ]  # fmt: skip


MESSAGES = _messages()


@fuzz(250)
@example(DEEP[0])
@example(DEEP[1])
@given(
    st.one_of(
        noise,
        st.sampled_from(MESSAGES).flatmap(damaged),
        st.sampled_from(MESSAGES[:5]).flatmap(lambda one: mutated(json.loads(one)))
        .map(lambda one: json.dumps(one, separators=(",", ":")).encode()),
        st.sampled_from(MESSAGES[:5]).flatmap(lambda one: mutated(json.loads(one)))
        .map(lambda one: json.dumps(one, separators=(",", ":"), ensure_ascii=False)
             .encode("utf-8", "surrogatepass")),
    )
)  # fmt: skip
def test_what_a_trustee_sends_is_recognised_or_refused(directory: Path, content: bytes) -> None:
    only_bilik_errors(lambda: trustee_files.recognise(Path("kiriman"), content))
    path = directory / "kunci.json"
    path.write_bytes(content)
    only_bilik_errors(lambda: trustee_key.unlock(path, lambda: "empat kata yang panjang"))


@fuzz(60)
@given(st.one_of(damaged(BOX.file.getvalue()), noise))
def test_a_record_that_was_altered_does_not_verify(content: bytes) -> None:
    if content == BOX.file.getvalue():
        return
    whole = BOX.file.getvalue()

    def read() -> None:
        verified = verify(Archive(io.BytesIO(content)))
        assert verified is not None
        assert whole.startswith(content), "altered, and yet it verifies"

    only_bilik_errors(read)
