"""What the trustees' page hands out and takes, and from whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bilik.belenios import wire
from bilik.services.desk import Desk
from bilik.services.key_ceremony import KeyCeremony, Step
from bilik.web.saksi.addresses import LARGEST
from tests.booth import SECRET, Keys, draft
from tests.pages import Pages, serve
from tests.trustees import NAMES, Group, held_by


@dataclass
class Hall:
    """Five trustees who begin to make a key, and the pages' server."""

    desk: Desk
    lead: KeyCeremony
    pages: Pages
    group: Group

    @property
    def address(self) -> str:
        return f"{self.pages.url}/saksi/sukamaju-2026"

    def link(self, place: int) -> str:
        url = self.desk.trustee_links(self.pages.url)[place - 1].url
        return url.removeprefix(f"{self.address}#")

    def standing(self, link: str = "") -> dict[str, object]:
        answer = httpx.get(f"{self.address}/keadaan", headers=bearer(link))
        found: dict[str, object] = answer.json()
        return found

    def send(self, file: Path, link: str = "") -> httpx.Response:
        content = file.read_bytes()
        return httpx.post(f"{self.address}/kirim", content=content, headers=bearer(link))


def bearer(link: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {link}"} if link else {}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    directory = tmp_path_factory.mktemp("hall")
    desk = draft(directory)
    (directory / "pemilihan.yml").write_text(held_by(), encoding="utf-8")
    desk.load_election(directory / "pemilihan.yml")
    database = desk._database
    with serve(directory, str(database.engine.url), directory / "trustee") as pages:
        yield Hall(desk, KeyCeremony(database), pages, Group(directory))


def test_a_link_is_of_its_trustee_alone_and_is_in_no_request_line(hall: Hall) -> None:
    links = hall.desk.trustee_links("https://desa.id/")
    assert [one.name for one in links] == list(NAMES)
    assert len({one.url for one in links}) == 5
    for place, one in enumerate(links, start=1):
        assert re.fullmatch(
            rf"https://desa\.id/saksi/sukamaju-2026#{place}-[0-9a-f]{{32}}", one.url
        )
        assert hall.standing(hall.link(place))["bearer"] == place
    own = hall.link(1)
    made = ["-", "1-", "1", own[:-1], f"{own}0", f"2-{own[2:]}", f"6-{own[2:]}", "x-é", "²-0"]
    for made_up in made:
        answer = httpx.get(
            f"{hall.address}/keadaan", headers={"Authorization": f"Bearer {made_up}".encode()}
        )
        assert answer.json()["bearer"] is None


def test_keys_of_another_installation_make_other_links(hall: Hall, tmp_path: Path) -> None:
    other = Desk(hall.desk._database, Keys(SECRET[::-1]), tmp_path)
    mine, theirs = (desk.trustee_links("") for desk in (hall.desk, other))
    assert {one.url for one in mine}.isdisjoint(one.url for one in theirs)


def test_a_certificate_is_taken_from_the_holder_of_its_link_alone(hall: Hall) -> None:
    budi, siti = hall.group.members[:2]
    invitation = hall.group.invite(hall.lead)
    handed = httpx.get(f"{hall.address}/berkas/undangan").content
    assert handed + b"\n" == invitation.read_bytes()
    certificate = budi.join(invitation)
    for link in ("", hall.link(2), "1-" + "0" * 32):
        refused = hall.send(certificate, link)
        assert refused.status_code == 400
        assert refused.json()["line"].startswith("Tautan ini bukan tautan pribadi Pak Budi.")
    assert hall.lead.standing().missing(Step.CERTIFICATE) == list(NAMES)
    assert hall.send(certificate, hall.link(1)).json() == {"line": "Pak Budi: sertifikat diterima."}
    assert hall.send(certificate, hall.link(1)).json() == {
        "line": "Pak Budi: sertifikat sudah ada sejak tadi."
    }
    log = hall.desk.logs()[0].entries[-1]
    assert (log.actor, log.act) == ("saksi Pak Budi", "kunci-saksi")
    early = hall.send(siti.join(invitation), hall.link(2))
    assert early.status_code == 200
    assert hall.standing()["sent"] == {"certificate": [1, 2], "polynomial": [], "voutput": []}
    waiting = httpx.get(f"{hall.address}/berkas/sertifikat")
    assert waiting.status_code == 400
    assert "masih ditunggu dari Mas Joko, Ibu Wayan, Pak Made" in waiting.json()["line"]

    link = hall.link(1)
    hall.lead.restart()
    assert hall.standing(link)["bearer"] is None
    assert hall.standing(hall.link(1))["bearer"] == 1
    assert hall.send(certificate, link).status_code == 400


@pytest.mark.parametrize(
    "path", ["berkas/titipan-0", "berkas/titipan-6", "berkas/kunci-1", "berkas/kunci-x",
             "berkas/lain", "berkas/-", "berkas/hitungan", "berkas/saksi"],
)  # fmt: skip
def test_what_is_not_there_is_said_in_one_line(hall: Hall, path: str) -> None:
    answer = httpx.get(f"{hall.address}/{path}")
    assert answer.status_code == 400
    assert answer.json()["line"]
    assert "\n" not in answer.json()["line"]


def test_what_nobody_sends_here_is_refused(hall: Hall) -> None:
    (hall.group.panitia / "foto").write_bytes(b"\xff\xd8")
    refused = hall.send(hall.group.panitia / "foto", hall.link(1))
    assert "bukan berkas saksi yang dikenal" in refused.json()["line"]
    invitation = hall.group.invite(hall.lead)
    assert hall.send(invitation, hall.link(1)).json()["line"].startswith("Itu undangan saksi.")
    (hall.group.panitia / "besar").write_bytes(bytes(LARGEST + 1))
    assert hall.send(hall.group.panitia / "besar").status_code == 413
    assert httpx.get(f"{hall.address}/kirim").status_code == 405


def test_an_election_that_no_trustees_hold_has_no_such_page(pages: Pages) -> None:
    for slug in ("sukamaju-2026", "tiada"):
        answer = httpx.get(f"{pages.url}/saksi/{slug}")
        assert answer.status_code == 404
        assert "Halaman saksi ini tidak ada." in answer.text
        assert httpx.get(f"{pages.url}/saksi/{slug}/keadaan").status_code == 400


def test_the_page_names_the_fingerprint_of_its_scripts(hall: Hall) -> None:
    page = httpx.get(hall.address).text
    assert wire.sha256_hex(_lines(hall.pages.url).encode()) in page


def _lines(url: str) -> str:
    """What `sha256sum *.js` says of the scripts as they are served."""
    assets = Path(__file__).parent.parent.parent / "bilik" / "web" / "assets" / "saksi"
    names = sorted(one.name for one in assets.glob("*.js"))
    served = {name: httpx.get(f"{url}/laman/saksi/{name}").content for name in names}
    return "".join(f"{wire.sha256_hex(content)}  {name}\n" for name, content in served.items())
