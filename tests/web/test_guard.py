"""What every page carries, and what one that fails says."""

from __future__ import annotations

import httpx
import pytest

from bilik.web.guard import HEADERS
from tests.pages import Pages


@pytest.mark.parametrize("path", ["/sehat", "/laman/look.css", "/tidak-ada"])
def test_every_answer_forbids_what_a_page_does_not_need(pages: Pages, path: str) -> None:
    answer = httpx.get(pages.url + path)
    kept = dict(HEADERS) if path != "/laman/look.css" else {**HEADERS, "Cache-Control": "no-cache"}
    assert {name: answer.headers.get(name) for name in kept} == kept


def test_a_page_that_is_not_there_says_so_in_words(pages: Pages) -> None:
    answer = httpx.get(f"{pages.url}/tidak-ada")
    assert answer.status_code == 404
    assert "Halaman ini tidak ada." in answer.text


def test_the_address_of_a_file_changes_with_its_content_and_may_be_kept(pages: Pages) -> None:
    page = httpx.get(f"{pages.url}/tidak-ada").text
    address = page.split('href="/laman/look.css?')[1].split('"')[0]
    answer = httpx.get(f"{pages.url}/laman/look.css?{address}")
    assert "immutable" in answer.headers["Cache-Control"]


def test_nobody_climbs_out_of_the_folder_of_files(pages: Pages) -> None:
    for path in ("/laman/../app.py", "/laman/%2e%2e/app.py", "/laman//etc/passwd"):
        assert httpx.get(pages.url + path).status_code == 404


def test_requests_are_counted_by_route_and_never_by_address(pages: Pages) -> None:
    for path in ("/hasil/sukamaju-2026", "/hasil/tidak-ada", "/KATA-KENARI", "/panitia/masuk"):
        httpx.get(pages.url + path)
    told = httpx.get(pages.figures).text
    for labels in (
        '{route="/hasil/{slug}",status="200"}', '{route="/hasil/{slug}",status="404"}',
        '{route="",status="404"}', '{route="/panitia/masuk",status="200"}',
    ):  # fmt: skip
        assert f"bilik_page_requests_total{labels}" in told
    assert "KENARI" not in told
    assert "sukamaju" not in told
    assert 'bilik_part{part="web"} 1.0' in told
