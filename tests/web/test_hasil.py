"""What everybody sees of elections, in each of their states, from a real server."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from PIL import Image

from bilik.services.batches import BATCH
from bilik.services.outcomes import Kind
from tests.pages import Pages, serve
from tests.web.town import HOSTILE, Town, build

STATES = {
    "nanti": ("belum_dibuka", "Dibuka Rabu, 1 Januari 2098 pukul 07.00 WIB"),
    "buka": ("berlangsung", "Sedang berlangsung, sampai Kamis, 31 Desember 2099 pukul 13.00 WIB"),
    "jeda": ("dijeda", "Sedang dijeda panitia"),
    "tenggang": ("tenggang", "Jam tutup sudah lewat"),
    "saksi": ("ditutup", "Suara sedang dihitung bersama saksi: 1 dari 2 bagian sudah masuk."),
    "hitung": ("dihitung", "Hasil akhir"),
    "langsung": ("berlangsung", "Hasil sementara muncul sesudah 50 suara pertama."),
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return build(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def server(town: Town) -> Iterator[Pages]:
    with serve(town.directory / "pages", town.url, town.directory / "kunci") as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Pages) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


PATIENCE_SECONDS = 60
"""A heartbeat is a line, too, so that waiting ends."""


def said(client: httpx.Client, slug: str) -> dict[str, Any]:
    answer = client.get(f"/hasil/{slug}.json")
    assert answer.status_code == 200
    return dict(answer.json())


def events(client: httpx.Client, slug: str) -> Iterator[dict[str, Any]]:
    """What an open page hears, from the newest on."""
    with client.stream("GET", f"/hasil/{slug}/peristiwa") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        end = time.monotonic() + PATIENCE_SECONDS
        for line in stream.iter_lines():
            assert time.monotonic() < end, "nothing of what was waited for came"
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def until(
    heard: Iterator[dict[str, Any]], wanted: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """The first event that is as wanted."""
    return next(one for one in heard if wanted(one))


@pytest.mark.parametrize("slug", STATES)
def test_each_state_is_told_on_the_page_and_in_the_data(client: httpx.Client, slug: str) -> None:
    state, words = STATES[slug]
    page = client.get(f"/hasil/{slug}")
    assert page.status_code == 200
    assert words in page.text
    assert said(client, slug)["tahap"] == state


def test_no_count_is_on_a_page_before_there_is_one(client: httpx.Client) -> None:
    for slug in ("nanti", "buka", "jeda", "tenggang", "saksi"):
        page = client.get(f"/hasil/{slug}").text
        assert "Siti Rahmawati, S.Pd." in page
        assert 'class="votes"' not in page
        assert 'class="share"' not in page
        data = said(client, slug)
        assert "hasil" not in data
        assert data["hasil_sementara"] is None


@pytest.mark.parametrize("path", ["", ".json", ".svg", ".png", "/peristiwa", "/terbitan.zip"])
def test_of_a_draft_nothing_is_shown(client: httpx.Client, path: str) -> None:
    assert client.get(f"/hasil/rancangan{path}").status_code == 404
    assert client.get(f"/hasil/tidak-ada{path}").status_code == 404
    assert "rancangan" not in client.get("/hasil").text + client.get("/hasil.json").text


def test_where_there_are_several_a_list_leads_to_each(client: httpx.Client, town: Town) -> None:
    page = client.get("/hasil").text
    listed = [one["kode"] for one in client.get("/hasil.json").json()["pemilihan"]]
    assert set(listed) == set(town.elections)
    assert listed[0] == "nanti"  # the newest first
    assert all(f'href="/hasil/{slug}"' in page for slug in listed)


def test_a_vote_reaches_all_open_pages_by_itself(client: httpx.Client, town: Town) -> None:
    polling = town.elections["buka"]
    before = said(client, "buka")["memilih"]
    one, other = events(client, "buka"), events(client, "buka")
    shape = next(one)["bentuk"]
    next(other)
    assert polling.vote("web:tetangga", "2", voter=104).kind is Kind.RECORDED
    for listener in (one, other):
        heard = until(listener, lambda event: event["angka"]["memilih"] == str(before + 1))
        assert heard["bentuk"] == shape
        assert heard["lebar"]["memilih"] == round(1000 * (before + 1) / 105)
    assert shape in client.get("/hasil/buka").text


def test_stations_move_with_a_batch_only_and_in_steps(client: httpx.Client, town: Town) -> None:
    polling = town.elections["buka"]
    before = said(client, "buka")["memilih"]
    heard = events(client, "buka")
    next(heard)
    of_one_station = range(0, 3 * 26, 3)
    polling.vote_each(of_one_station)
    now = until(heard, lambda event: event["angka"]["memilih"] == str(before + 26))
    assert now["angka"]["tps-1-memilih"] == "–"
    polling.desk.tend("buka")
    now = until(heard, lambda event: event["angka"]["tps-1-memilih"] != "–")
    assert [now["angka"][f"tps-{n}-memilih"] for n in (1, 2, 3)] == ["25+", "–", "–"]
    assert "tps-1-persen" not in now["angka"]
    data = said(client, "buka")
    assert [one["memilih"] for one in data["partisipasi_tps"]] == [25, 0, 0]
    assert data["partisipasi_tps_sedikitnya"]


def test_of_few_voters_no_single_vote_is_seen(client: httpx.Client, town: Town) -> None:
    polling = town.elections["kecil"]
    heard = events(client, "kecil")
    assert next(heard)["angka"]["dari"].startswith("sedikitnya 0 dari 27")
    polling.vote_each(range(BATCH))
    polling.desk.tend("kecil")
    assert until(heard, lambda event: event["angka"]["memilih"] == "25")["lebar"]["memilih"] == 926
    polling.vote_each([BATCH])
    data = said(client, "kecil")
    assert (data["memilih"], data["memilih_sedikitnya"], data["partisipasi_tps"]) == (25, True, [])


def test_small_stations_are_put_together_after_the_closing_too(client: httpx.Client) -> None:
    assert said(client, "hitung")["partisipasi_tps"] == [
        {"tps": "lainnya", "pemilih": 6, "memilih": 4}
    ]
    assert "TPS lainnya" in client.get("/hasil/hitung").text


def test_live_results_and_the_record_come_by_themselves(
    client: httpx.Client, town: Town, tmp_path: Path
) -> None:
    polling, keeper = town.elections["langsung"], town.keeper("langsung")
    heard = events(client, "langsung")
    shapes = [next(heard)["bentuk"]]
    for first in (0, BATCH):
        polling.vote_each(range(first, first + BATCH))
        keeper.look_after()
    interim = until(heard, lambda event: "sementara" in event["angka"])
    assert (interim["angka"]["kades-1"], interim["angka"]["kades-1-persen"]) == ("9", "36,0%")
    assert said(client, "langsung")["hasil_sementara"]["dari_suara"] == BATCH
    shapes.append(interim["bentuk"])
    polling.vote_each(range(2 * BATCH, 2 * BATCH + 2))
    polling.desk.close("langsung")
    keeper.look_after()
    counted = until(heard, lambda _: "unduhan" in said(client, "langsung"))
    assert counted["angka"]["kades-1"] == "18"
    assert len({*shapes, counted["bentuk"]}) == 3
    page = client.get("/hasil/langsung").text
    assert "Suara terbanyak: nomor 1, H. Ahmad Fauzi, S.E." in page
    for words in ("unzip hasil-langsung.zip", "belenios-tool election verify", "bilik verify ."):
        assert words in page
    _check_record(client, "langsung", tmp_path)


def _check_record(client: httpx.Client, slug: str, directory: Path) -> None:
    """Download, and do what the page says: unpack, and verify with both programs."""
    answer = client.get(f"/hasil/{slug}/terbitan.zip")
    assert answer.headers["content-disposition"] == f'attachment; filename="hasil-{slug}.zip"'
    with ZipFile(BytesIO(answer.content)) as packed:
        packed.extractall(directory)
    folder = directory / slug
    bilik = [sys.executable, "-m", "bilik.cli", "verify", "."]
    for command in (["belenios-tool", "election", "verify"], bilik):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    record = json.loads((folder / "hasil.json").read_text(encoding="utf-8"))
    data = said(client, slug)
    both = record.keys() & data.keys()
    assert both >= {
        "kode", "judul", "uuid", "pemilih", "suara_masuk", "disisihkan", "partisipasi",
        "partisipasi_tps", "hasil", "sha256_arsip", "sha256_jejak",
    }  # fmt: skip
    assert {key: record[key] for key in both} == {key: data[key] for key in both}
    assert record["sha256_arsip"] in client.get(f"/hasil/{slug}").text


def test_a_result_is_told_in_words_and_a_tie_is_one(client: httpx.Client) -> None:
    data = said(client, "hitung")
    assert [one["suara"] for one in data["hasil"][0]["calon"]] == [2, 2, 0]
    (decision,) = data["keputusan"]
    assert decision["kalimat"].startswith("Suara terbanyak sama: nomor 1, H. Ahmad Fauzi, S.E.;")


def test_names_are_text_wherever_they_stand(client: httpx.Client) -> None:
    page, svg = client.get("/hasil/hitung").text, client.get("/hasil/hitung.svg").text
    assert said(client, "hitung")["hasil"][0]["calon"][2]["nama"] == HOSTILE
    assert "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &#34;O&#39;Neil&#34;" in page
    for text in (page, svg, client.get("/hasil").text):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b>Pemilihan" not in text
    drawn = ET.fromstring(svg)
    assert {one.tag.rpartition("}")[2] for one in drawn.iter()} <= {
        "svg", "title", "rect", "circle", "g", "path", "text",
    }  # fmt: skip
    assert "<script>alert('1')</script>" in "".join(drawn.itertext())


@pytest.mark.parametrize("slug", STATES)
def test_the_picture_is_what_a_preview_wants(client: httpx.Client, slug: str) -> None:
    answer = client.get(f"/hasil/{slug}.png")
    with Image.open(BytesIO(answer.content)) as picture:
        picture.load()
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
        assert len(picture.convert("RGB").getcolors(maxcolors=2**20) or ()) > 50
    page = client.get(f"/hasil/{slug}").text
    address = page.split('property="og:image" content="')[1].split('"')[0]
    assert httpx.get(address).content == answer.content
    drawn = ET.fromstring(client.get(f"/hasil/{slug}.svg").text)
    assert (drawn.get("width"), drawn.get("height")) == ("1200", "630")


def test_other_sites_may_read_the_data_and_show_the_picture(client: httpx.Client) -> None:
    for path in ("/hasil.json", "/hasil/hitung.json", "/hasil/hitung.svg", "/hasil/hitung.png"):
        headers = client.get(path).headers
        assert headers["access-control-allow-origin"] == "*"
        assert headers["cross-origin-resource-policy"] == "cross-origin"
        assert headers["cache-control"].startswith("public, max-age=")
    page = client.get("/hasil/hitung").headers
    assert "access-control-allow-origin" not in page
    assert page["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["", ".json", ".svg", ".png"])
def test_what_has_not_changed_is_not_sent_again(client: httpx.Client, path: str) -> None:
    tag = client.get(f"/hasil/jeda{path}").headers["etag"]
    for known in (tag, f'"lain", W/{tag}'):
        answer = client.get(f"/hasil/jeda{path}", headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
    assert client.get(f"/hasil/jeda{path}", headers={"If-None-Match": '"lain"'}).status_code == 200


def ask(client: httpx.Client, slug: str, text: str) -> str:
    answer = client.post(f"/hasil/{slug}/tanda-terima", data={"tanda_terima": text})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


def test_a_receipt_is_recorded_or_not_found(
    client: httpx.Client, town: Town, server: Pages
) -> None:
    (receipt,) = town.receipts
    assert f"{receipt}: tercatat." in ask(client, "hitung", f" {receipt.lower()} ")
    assert f"{receipt}: tidak ditemukan." in ask(client, "saksi", receipt)
    assert "bukan tanda terima" in ask(client, "hitung", "<b>8F3K</b>")
    assert "bukan tanda terima" in ask(client, "hitung", receipt + "x" * 5000)
    assert "bukan tanda terima" in ask(client, "hitung", "")
    back = client.get("/hasil/hitung/tanda-terima")
    assert (back.status_code, back.headers["location"]) == (303, "/hasil/hitung#tanda-terima")
    assert receipt not in server.log.read_text(encoding="utf-8")
    assert 'method="post"' in client.get("/hasil/hitung").text
