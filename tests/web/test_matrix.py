"""Who may do what at the desk: every address of its table, for everybody who may come."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from starlette.routing import Route

from bilik.domain.accounts import Role
from bilik.keys import Keys
from bilik.settings import Settings
from bilik.storage.tables import audit_log, metadata
from bilik.web.app import create
from bilik.web.office import Office
from bilik.web.panitia.gate import DOOR
from bilik.web.panitia.table import WAYS
from bilik.web.panitia.ways import Way
from tests.booth import SECRET, Polling
from tests.pages import Pages
from tests.web.desk import Visitor, enrolled, seated

PANITIA, SAKSI = "Bu Siti", "Bu Sri"
NOWHERE = {"slug": "tidak-ada", "id": "0", "number": "1", "name": "kode.csv", "kind": "terbitan"}
"""Nothing of that name is there, so a page that lets one in can do no more than say so."""
GUARDED = [way for way in WAYS if way.who]


@pytest.fixture(scope="module", autouse=True)
def people(village: Polling) -> None:
    enrolled(village.database, PANITIA, Role.PANITIA)
    enrolled(village.database, SAKSI, Role.SAKSI)


def address(way: Way, places: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: places[found[1]], way.path)


def ask(visitor: Visitor, way: Way, path: str, token: str | None) -> httpx.Response:
    if way.method == "GET":
        return visitor.get(path)
    return visitor.http.post(path, data={} if token is None else {"token": token})


def was_let_in(answer: httpx.Response) -> bool:
    signed_out = "bilik_meja=" in answer.headers.get("set-cookie", "")
    sent_away = answer.headers.get("location", "").startswith(DOOR) and not signed_out
    return answer.status_code != 403 and not sent_away


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.method} {way.path}")
def test_each_address_lets_in_exactly_whom_its_rule_names(
    village: Polling, pages: Pages, way: Way
) -> None:
    path = address(way, NOWHERE)
    stranger = ask(Visitor(pages.url), way, path, None)
    assert was_let_in(stranger) == (not way.who)
    if way.who:
        assert (stranger.status_code, stranger.headers["location"]) == (303, DOOR)
    for role, name in ((Role.PANITIA, PANITIA), (Role.SAKSI, SAKSI)):
        visitor = seated(pages.url, village.database, name)
        if way.method == "POST" and way.who:
            assert ask(visitor, way, path, None).status_code == 403
            assert ask(visitor, way, path, "0" * 64).status_code == 403
        answer = ask(visitor, way, path, visitor.token())
        assert was_let_in(answer) == (not way.who or role in way.who), role
        assert answer.status_code < 500


def test_saksi_have_no_address_that_changes_anything_but_their_own_session() -> None:
    acting = {way.path for way in GUARDED if way.method == "POST" and Role.SAKSI in way.who}
    assert acting == {"/panitia/keluar", "/panitia/akun/keluar", "/panitia/akun/sandi"}


def test_nothing_of_the_desk_stands_outside_the_table(village: Polling, tmp_path: Path) -> None:
    settings = Settings(village.url, SECRET, desk_dir=tmp_path / "meja")
    app = create(Office(village.database, Keys(SECRET), settings))
    there = {
        (one.path, method)
        for one in app.routes
        if isinstance(one, Route) and one.path.startswith("/panitia")
        for method in (one.methods or set()) - {"HEAD"}
    }
    assert there == {(way.path, way.method) for way in WAYS}


def test_looking_changes_nothing(village: Polling, pages: Pages) -> None:
    visitor = seated(pages.url, village.database, PANITIA)
    places = {**NOWHERE, "slug": village.election.slug}
    left_out = {"desk_sessions"}

    def contents() -> list[object]:
        with village.database.read() as connection:
            return [
                sorted(map(repr, connection.execute(select(table)).all()))
                for table in metadata.sorted_tables
                if table.name not in left_out
            ]

    before = contents()
    for way in WAYS:
        if way.method == "GET":
            assert visitor.get(address(way, places)).status_code < 500, way.path
            # A head of a page is what a browser may ask for at any time.
            assert visitor.http.head(address(way, places)).status_code < 500
    assert contents() == before


def test_letters_whose_codes_would_lead_nowhere_are_not_begun(
    village: Polling, pages: Pages
) -> None:
    visitor = seated(pages.url, village.database, PANITIA)
    home = f"/panitia/p/{village.election.slug}"
    answer = visitor.post(f"{home}/surat/buat", {"per_halaman": "2"})
    assert (answer.status_code, "BILIK_PUBLIC_URL belum diisi" in answer.text) == (400, True)
    assert visitor.get(f"{home}/surat").status_code == 200


def test_no_form_without_its_token_left_a_trace(village: Polling, pages: Pages) -> None:
    def head() -> int:
        with village.database.read() as connection:
            return len(connection.execute(select(audit_log)).all())

    visitor, before = seated(pages.url, village.database, PANITIA), head()
    places = {**NOWHERE, "slug": village.election.slug}
    for way in GUARDED:
        if way.method == "POST":
            visitor.http.post(address(way, places), data={"sudah": "ya", "per_halaman": "2"})
    assert head() == before
    assert village.desk.standing(village.election.slug).phase.value == "open"
