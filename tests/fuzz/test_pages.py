"""Every address of the pages, sent what no form of theirs would send."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from starlette.routing import Route

from bilik.clock import system_clock
from bilik.domain.accounts import Role
from bilik.keys import Keys
from bilik.services import desk_sessions
from bilik.settings import Settings
from bilik.storage.tables import accounts, ballots, participations
from bilik.web.app import create, routes
from bilik.web.office import Office
from bilik.web.panitia.gate import COOKIE
from tests.booth import SECRET, Polling, set_up
from tests.databases import PostgresDatabases
from tests.elections import VILLAGE, open_now
from tests.fuzz.asgi import Answer, Application, ask
from tests.fuzz.conftest import Overheard
from tests.fuzz.hostile import CANARY, fuzz, noise, printable
from tests.pages import Pages, serve
from tests.web.desk import enrolled

HOST = (b"host", b"127.0.0.1:5080")
_ENDS = ("/hapus", "/tutup", "/keluar", "/jeda", "/buka", "/lanjut", "/sandi")
"""What is done there has no more to be sent than a yes, and would leave less to be tried."""


@dataclass
class Site:
    """The pages over an open election and a draft, and somebody who is signed in."""

    app: Application
    polling: Polling
    cookie: bytes
    token: str

    def ballots(self) -> tuple[int, int]:
        with self.polling.database.read() as connection:
            return tuple(
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (ballots, participations)
            )


@pytest.fixture(scope="module")
def site(postgres: PostgresDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    directory = tmp_path_factory.mktemp("site")
    polling = set_up(directory, open_now(VILLAGE), url=postgres.new(), clock=system_clock)
    (directory / "pemilihan.yml").write_text(VILLAGE.replace("sukamaju-2026", "rancangan"))
    polling.desk.load_election(directory / "pemilihan.yml")
    enrolled(polling.database, "Bu Siti", Role.PANITIA)
    with polling.database.write() as connection:
        query = select(accounts.c.id).where(accounts.c.name == "Bu Siti")
        token = desk_sessions.begin(
            connection, connection.execute(query).scalar_one(), system_clock()
        )
    settings = Settings(
        polling.url, SECRET, desk_dir=directory / "meja", records_dir=directory / "terbitan"
    )
    office = Office(polling.database, Keys(SECRET), settings)
    cookie = f"{COOKIE}={token}".encode()
    session = desk_sessions.DeskSession(token, 0, "", Role.PANITIA, b"")
    yield Site(create(office), polling, cookie, session.form_token)
    polling.database.close()


ADDRESSES = [
    (method, one.path)
    for one in routes()
    if isinstance(one, Route)
    for method in sorted(one.methods or ())
    if not one.path.endswith("/peristiwa")  # which goes on for as long as one listens
]
"""Every method and address of the pages."""


Sent = tuple[str, bytes, bytes, list[tuple[bytes, bytes]], bytes, bool]


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    method, path = draw(st.sampled_from(ADDRESSES))
    usual = ["rancangan"] if path.endswith(_ENDS) is False else []
    slugs = st.one_of(st.sampled_from(["sukamaju-2026", *usual]), printable)
    if method == "POST" and path.endswith(_ENDS):
        slugs = printable
    places = re.sub(
        r"\{(\w+)\}",
        lambda found: quote(
            draw(slugs if found[1] == "slug" else st.one_of(printable, st.just("1"))), safe=""
        ),
        path,
    )
    names = st.sampled_from(["nama", "tps", "hal", "kabar", "habis", "x"])
    pairs = draw(st.lists(st.tuples(names, printable), max_size=3))
    query = "&".join(f"{quote(n)}={quote(v)}" for n, v in pairs).encode()
    if draw(st.integers(0, 5)) == 0:
        query = draw(st.binary(max_size=40))
    known = draw(st.integers(0, 5)) > 0
    kind, body = (b"", b"") if method != "POST" else draw(bodies())
    headers = [HOST, *draw(odd_headers)]
    if kind:
        headers.append((b"content-type", kind))
    return method, places.encode(), query, headers, body, known


_FIELDS = (
    "nama", "sandi", "angka", "kode", "ulang", "nik", "no_hp", "tps", "sampai", "alasan", "jenis",
    "lembar", "per_halaman", "sudah", "dari", "zona", "calon1", "tanggal", "jam", "judul",
    "tanda_terima", "buka", "tutup", "kontak", "lama", "tempat",
)  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A form's type and content; TOKEN stands where the session's own token goes."""
    fields = draw(st.dictionaries(st.sampled_from(_FIELDS), printable, max_size=5))
    match draw(st.integers(0, 4)):
        case 0:
            return draw(noise), draw(noise)
        case 1:
            odd = draw(st.lists(noise, max_size=3))
            return b"application/x-www-form-urlencoded", b"&".join([b"token=TOKEN", *odd])
        case 2 | 3:
            text = "&".join(f"{n}={quote(v)}" for n, v in {"token": "TOKEN", **fields}.items())
            return b"application/x-www-form-urlencoded", text.encode()
    charset = draw(st.sampled_from(_CHARSETS))
    parts = [_part(name, value.encode()) for name, value in fields.items()]
    for name in draw(st.lists(st.sampled_from(["berkas", "foto", "nama"]), max_size=2)):
        label = draw(printable).replace('"', "").replace("\r", "").replace("\n", "")
        parts.append(_part(name, draw(noise), label))
    parts.append(_part("token", b"TOKEN"))
    content = b"".join(b"--batas\r\n" + one + b"\r\n" for one in parts) + b"--batas--\r\n"
    if draw(st.integers(0, 5)) == 0:
        content = content[: draw(st.integers(0, len(content)))]
    return b"multipart/form-data; boundary=batas" + charset, content


_CHARSETS = (
    b"", b"", b"", b"; charset=utf-7", b"; charset=idna", b"; charset=unicode_escape",
    b"; charset=punycode", b"; charset=hex", b"; charset=utf-16", b"; charset=\xff", b"; charset=",
    b"; charset=undefined", b"; charset=a\0b",
)  # fmt: skip


def _part(name: str, content: bytes, file: str | None = None) -> bytes:
    label = f'; filename="{file}"' if file is not None else ""
    return f'Content-Disposition: form-data; name="{name}"{label}\r\n\r\n'.encode() + content


odd_headers = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from([
                b"origin", b"sec-fetch-site", b"if-none-match", b"range", b"accept", b"cookie",
                b"content-length", b"authorization", b"if-modified-since", b"x-forwarded-for",
                b"x-forwarded-proto", b"host", b"accept-language", b"transfer-encoding",
                b"if-range",
            ]),
            st.one_of(
                st.sampled_from([
                    b"http://[", b"http://[::1", b"same-origin", b"null", b"bytes=0-", b"bytes=9-1",
                    b"bytes=" + b"0-1," * 200, b"W/\"x\"", b"*", b"[", b"a:b:c", b"\xb2", b"-1",
                    b"Bearer \xff", b"Bearer 1.x", b"bilik_meja=\xff\xfe", b"bilik_meja=a\0b",
                    b"9" * 4999, b"x" * 9000, b"bilik_perangkat=a.\xe9; bilik_meja=\x80",
                ]),
                noise,
            ),
        ),
        st.tuples(st.just(b"x-" + CANARY.encode()), noise),
    ),
    max_size=3,
)  # fmt: skip


def is_said_well(answer: Answer, method: str) -> None:
    """A page that fails says one line, in the language of whoever reads it."""
    assert answer.status < 500 or answer.status == 503, answer.text
    assert answer.headers.get("x-content-type-options") == "nosniff"
    assert "Traceback" not in answer.text
    if answer.status < 400 or method == "HEAD":
        return
    kind = answer.headers.get("content-type", "")
    if kind.startswith("application/json"):
        said = json.loads(answer.text)
        assert "\n" not in (said.get("galat") or said["line"])
    else:
        assert 'lang="id"' in answer.text or answer.status == 416, answer.text[:200]


@fuzz(250)
@given(requests())
def test_no_request_makes_a_page_fail(site: Site, overheard: Overheard, sent: Sent) -> None:
    method, path, query, headers, body, known = sent
    if known:
        headers = [(b"cookie", site.cookie), (b"sec-fetch-site", b"same-origin"), *headers]
        body = body.replace(b"TOKEN", site.token.encode())
    before = site.ballots()
    answer = ask(site.app, method, path, headers, body, query)
    is_said_well(answer, method)
    assert site.ballots() == before
    overheard.see_that_nothing_was_told()


# -- the data for other sites, as it is described -------------------------------------------------

DESCRIBED = schemathesis.openapi.from_path(Path(__file__).parents[2] / "docs" / "hasil.openapi.yml")


@pytest.fixture(scope="module")
def served(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """The same over a socket, as other sites have it."""
    with serve(tmp_path_factory.mktemp("served"), site.polling.url, Path("tidak-ada")) as running:
        yield running


@DESCRIBED.parametrize()
@fuzz(40)
def test_public_data_is_as_described_whatever_is_asked(
    case: schemathesis.Case, served: Pages
) -> None:
    case.call_and_validate(base_url=served.url)
    assert CANARY not in served.log.read_text()


def test_the_present_data_of_an_election_is_as_described(served: Pages) -> None:
    case = DESCRIBED["/hasil/{kode}.json"]["GET"].Case(path_parameters={"kode": "sukamaju-2026"})
    said = case.call_and_validate(base_url=served.url).json()
    assert (said["kode"], said["pemilih"]) == ("sukamaju-2026", 6)
