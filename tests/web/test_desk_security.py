"""What strangers, other sites, old sessions and hostile files get at the desk: nothing."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pyotp
import pytest
from sqlalchemy import select, update

from bilik.clock import system_clock
from bilik.domain.accounts import Role, check_password
from bilik.errors import BilikError
from bilik.keys import Keys
from bilik.services.accounts import Accounts
from bilik.services.desk_sessions import key_of
from bilik.storage.database import Database, to_column
from bilik.storage.schema import upgrade
from bilik.storage.tables import desk_sessions
from bilik.web.panitia.arrivals import Arrivals
from bilik.web.panitia.folders import Folders
from bilik.web.panitia.gate import BY_ITSELF, COOKIE
from tests.booth import SECRET
from tests.elections import VILLAGE, open_now
from tests.pages import Pages, serve
from tests.web.desk import PASSWORD, Person, Visitor, enrolled, seated, words

HOME = "/panitia/p/sukamaju-2026"
SCRIPT = "<script>alert(1)</script>"
HOSTILE = "'\"><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="module")
def database(directory: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{directory / 'bilik.db'}")
    upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def people(database: Database) -> dict[str, Person]:
    names = ("Bu Siti", "Pak Dedi", "Mas Joko", "Bu Nur", "Bu Lis")
    return {name: enrolled(database, name, Role.PANITIA) for name in names}


@pytest.fixture(scope="module")
def pages(directory: Path, database: Database, people: dict[str, Person]) -> Iterator[Pages]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BILIK_PUBLIC_URL", "https://pilih.desa.id")
        # What an earlier server was working with when it stopped.
        left = directory / "meja" / "sementara" / "lama"
        left.mkdir(parents=True)
        (left / "daftar").write_text("3329015203900001", encoding="utf-8")
        with serve(directory, str(database.engine.url), directory / "trustee") as running:
            yield running


@pytest.fixture
def siti(pages: Pages, database: Database) -> Visitor:
    return seated(pages.url, database, "Bu Siti")


@pytest.fixture(scope="module")
def draft(pages: Pages, database: Database) -> None:
    visitor = seated(pages.url, database, "Bu Siti")
    sent = {"berkas": ("pemilihan.yml", open_now(VILLAGE).encode())}
    assert "dimuat" in words(visitor.post("/panitia/baru", files=sent))


def passing(directory: Path) -> list[Path]:
    """What of uploads lies on the server."""
    return [one for one in (directory / "meja" / "sementara").rglob("*") if one.is_file()]


def test_a_server_that_starts_forgets_what_an_earlier_one_worked_with(
    pages: Pages, directory: Path
) -> None:
    assert passing(directory) == []


def test_an_open_page_that_asks_by_itself_keeps_nobody_signed_in(
    siti: Visitor, database: Database
) -> None:
    columns = desk_sessions.c
    own = columns.id_hash == key_of(siti.http.cookies[COOKIE])
    before = to_column(system_clock() - timedelta(minutes=20))
    with database.write() as connection:
        connection.execute(update(desk_sessions).where(own).values(seen_at=before))

    def seen() -> object:
        with database.read() as connection:
            return connection.execute(select(columns.seen_at).where(own)).scalar_one()

    assert siti.http.get("/panitia", headers={BY_ITSELF: "ya"}).status_code == 200
    assert seen() == before
    assert siti.get("/panitia").status_code == 200
    assert seen() != before


def test_a_session_is_new_with_each_sign_in_and_its_cookie_is_for_the_desk_alone(
    pages: Pages, people: dict[str, Person]
) -> None:
    visitor = Visitor(pages.url)
    visitor.hold("chosen-by-somebody-else")
    answer = visitor.sign_in(people["Pak Dedi"])
    assert answer.status_code == 303
    cookie, device = answer.headers.get_list("set-cookie")
    assert "chosen-by-somebody-else" not in cookie
    for one, path in ((cookie, "/panitia;"), (device, "/panitia/masuk;")):
        assert "HttpOnly" in one
        assert "SameSite=strict" in one
        assert f"Path={path}" in f"{one};"
        assert "Secure" not in one
    first = visitor.http.cookies[COOKIE]
    assert visitor.get("/panitia").status_code == 200
    # Signing in once more ends the session that was there.
    assert visitor.sign_in(people["Pak Dedi"]).status_code == 303
    assert visitor.http.cookies[COOKIE] != first
    old = httpx.get(f"{pages.url}/panitia", cookies={COOKIE: first})
    assert (old.status_code, old.headers["location"]) == (303, "/panitia/masuk?habis=1")


def test_behind_tls_cookies_are_secure(pages: Pages, people: dict[str, Person]) -> None:
    visitor = Visitor(pages.url)
    visitor.http.headers["X-Forwarded-Proto"] = "https"
    cookies = visitor.sign_in(people["Mas Joko"]).headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("Secure" in one for one in cookies)


def test_signing_out_ends_the_session_on_the_server(pages: Pages, siti: Visitor) -> None:
    token = siti.http.cookies[COOKIE]
    assert siti.post("/panitia/keluar").headers["location"] == "/panitia/masuk"
    again = httpx.get(f"{pages.url}/panitia", cookies={COOKIE: token})
    assert again.status_code == 303


def test_a_one_time_code_is_taken_once(pages: Pages, people: dict[str, Person]) -> None:
    nur = people["Bu Nur"]
    code = nur.code()
    assert Visitor(pages.url).sign_in(nur, angka=code).status_code == 303
    assert Visitor(pages.url).sign_in(nur, angka=code).status_code == 401


def test_guessing_meets_the_same_words_and_then_a_delay_for_any_name(pages: Pages) -> None:
    said = set()
    for name in ("Bu Lis", "Tidak Ada"):
        for _ in range(5):
            form = {"nama": name, "sandi": "tebakan saja ini", "angka": "000000"}
            answer = Visitor(pages.url).http.post("/panitia/masuk", data=form)
            assert answer.status_code == 401
            said.add(words(answer).replace(name, ""))
        held = Visitor(pages.url).http.post("/panitia/masuk", data=form)
        assert held.status_code == 429
        assert "Tunggu 1 menit" in words(held)
    assert len(said) == 1
    log = pages.log.read_text(encoding="utf-8")
    assert "Bu Lis" not in log
    assert "tebakan" not in log


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://jahat.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_form_that_another_site_sends_is_not_taken(
    siti: Visitor, headers: dict[str, str]
) -> None:
    token = siti.token()
    for path in ("/panitia/akun/keluar", "/panitia/masuk", "/panitia/daftar"):
        answer = siti.http.post(path, data={"token": token}, headers=headers)
        assert answer.status_code == 403
    assert siti.get("/panitia").status_code == 200


def test_the_token_of_another_session_is_none(
    pages: Pages, database: Database, siti: Visitor
) -> None:
    other = seated(pages.url, database, "Bu Siti")
    answer = siti.http.post("/panitia/akun/keluar", data={"token": other.token()})
    assert answer.status_code == 403


def test_whoever_has_the_code_of_an_invitation_enrols_without_a_script(
    pages: Pages, database: Database
) -> None:
    made = Accounts(database, Keys(SECRET))
    code = made.add("Bu Wayan", Role.SAKSI).code
    visitor = Visitor(pages.url)
    wrong = visitor.http.post("/panitia/daftar", data={"kode": "0000-0000-0000-0000-0000"})
    assert (wrong.status_code, "tidak berlaku" in words(wrong)) == (400, True)
    page = visitor.http.post("/panitia/daftar", data={"kode": code})
    secret = words(page).split("Ketik kunci ini di aplikasi: ")[1][:39].replace(" ", "")
    person = Person("Bu Wayan", pyotp.TOTP(secret))
    form = {"kode": code, "sandi": PASSWORD, "ulang": PASSWORD, "angka": person.code()}
    assert "siap dipakai" in words(visitor.http.post("/panitia/daftar/simpan", data=form))
    assert visitor.sign_in(person).status_code == 303
    assert "Minta operator" in visitor.http.post("/panitia/daftar", data={"kode": code}).text


def test_names_in_files_are_words_and_never_markup(
    pages: Pages, database: Database, siti: Visitor
) -> None:
    hostile = open_now(VILLAGE).replace("kode: sukamaju-2026", "kode: jahat-2026")
    hostile = hostile.replace("Pemilihan Kepala Desa Sukamaju", f"Pemilihan {SCRIPT}")
    hostile = hostile.replace("Bambang Sutrisno", f'"Bambang {SCRIPT}"')
    sent = {"berkas": (f"{HOSTILE}.yml", hostile.encode())}
    answers = [siti.follow(siti.post("/panitia/baru", files=sent))]
    broken = {"berkas": (f"{HOSTILE}.yml", b"kode: x\n")}
    answers.append(siti.post("/panitia/baru", files=broken))
    home = "/panitia/p/jahat-2026"
    rows = [["nik", "nama", "tps"], ["3329015203900001", f"Siti {HOSTILE}", HOSTILE]]
    answers.append(siti.follow(siti.post(f"{home}/pemilih", files=roll(rows, f"{HOSTILE}.csv"))))
    rows.append(["3329015203900001", f"Budi {SCRIPT}", ""])
    answers.append(siti.follow(siti.post(f"{home}/pemilih", files=roll(rows, f"{HOSTILE}.csv"))))
    answers += [siti.get(path) for path in ("/panitia", home, f"{home}/berkas", f"{home}/jejak")]
    answers += [siti.get(f"{home}/{SCRIPT}"), siti.get(f"/panitia/p/{SCRIPT}")]
    for answer in answers:
        assert "alert(1)" not in answer.text.replace("&lt;script&gt;alert(1)", "").replace(
            "onerror=alert(1)&gt;", ""
        ), answer.url
        assert "<img src=x" not in answer.text
    assert siti.follow(siti.post(f"{home}/hapus")).status_code == 200


def roll(rows: list[list[str]], name: str = "dpt.csv") -> dict[str, tuple[str, bytes]]:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return {"berkas": (name, text.getvalue().encode())}


ROWS = [["nik", "nama"], ["3329015203900001", "Siti"]]


def test_an_uploaded_roll_goes_with_the_answer_and_with_the_session(
    pages: Pages, database: Database, directory: Path, draft: None
) -> None:
    def uploaded(visitor: Visitor) -> str:
        page = visitor.follow(visitor.post(f"{HOME}/pemilih", files=roll(ROWS)))
        assert "Belum ada yang disimpan" in words(page)
        (file,) = passing(directory)
        assert os.stat(file).st_mode & 0o077 == 0
        assert os.stat(file.parent).st_mode & 0o077 == 0
        return str(page.url.path)

    siti = seated(pages.url, database, "Bu Siti")
    siti.post(f"{uploaded(siti)}/batal")
    assert passing(directory) == []
    uploaded(siti)
    uploaded(siti)  # a second one takes the place of the first
    siti.post("/panitia/keluar")
    assert passing(directory) == []
    siti, dedi = (seated(pages.url, database, name) for name in ("Bu Siti", "Pak Dedi"))
    path = uploaded(siti)
    assert "sudah tidak ada" in words(dedi.get(path))  # it is nobody else's
    assert "sudah tidak ada" in words(dedi.post(f"{path}/simpan"))
    assert "Tersimpan: 1 baru" in words(siti.follow(siti.post(f"{path}/simpan")))
    assert passing(directory) == []
    bad = siti.follow(siti.post(f"{HOME}/pemilih", files=roll([*ROWS, ["1", "Budi"]])))
    assert [one.name for one in passing(directory)] == ["perbaikan.xlsx"]
    assert siti.get(f"{bad.url.path}/perbaikan.xlsx").content.startswith(b"PK")
    siti.post(f"{bad.url.path}/batal")
    assert passing(directory) == []


def test_an_uploaded_roll_goes_when_its_time_is_over(tmp_path: Path) -> None:
    due: list[Callable[[], None]] = []

    def later(seconds: float, what: Callable[[], None]) -> Callable[[], None]:
        assert seconds == 30 * 60
        due.append(what)
        return due.clear

    arrivals = Arrivals(Folders(tmp_path), later)
    arrival = arrivals.add("sukamaju-2026", "dpt.csv", b"session")
    arrival.file.write_text("3329015203900001", encoding="utf-8")
    (is_over,) = due
    is_over()
    assert arrivals.find(arrival.id, "sukamaju-2026", b"session") is None
    assert not arrival.folder.exists()


def test_what_is_too_large_is_not_read(pages: Pages, siti: Visitor, draft: None) -> None:
    token = siti.token()
    assert claiming(pages, siti, 201 << 20) == 413
    long = siti.http.post("/panitia/akun/keluar", data={"token": token, "x": "x" * 70_000})
    assert long.status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(80):
            yield b"x" * 1024

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    streamed = siti.http.post("/panitia/akun/keluar", content=endless(), headers=form)
    assert streamed.status_code in (400, 413)  # a field, or the whole: whichever is seen first
    assert siti.get("/panitia").status_code == 200


def claiming(pages: Pages, visitor: Visitor, length: int) -> int:
    """The status of the answer to an upload that says it has so many bytes, before it sends any."""
    connection = HTTPConnection(urlsplit(pages.url).netloc, timeout=30)
    connection.putrequest("POST", f"{HOME}/pemilih")
    for name, value in (
        ("Origin", pages.url), ("Cookie", f"{COOKIE}={visitor.http.cookies[COOKIE]}"),
        ("Content-Type", "multipart/form-data; boundary=x"), ("Content-Length", str(length)),
    ):  # fmt: skip
        connection.putheader(name, value)
    connection.endheaders()
    try:
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path",
    [
        f"{HOME}/surat/ambil/..%2f..%2f..%2fbilik.db", f"{HOME}/surat/ambil/%2e%2e",
        f"{HOME}/surat/ambil/.env", f"{HOME}/surat/ambil/kode.csv%00.pdf",
    ],
)  # fmt: skip
def test_no_name_leads_out_of_a_folder(
    pages: Pages, database: Database, siti: Visitor, draft: None, path: str
) -> None:
    assert siti.post(path).status_code in (400, 403, 404)
    for other in ("/panitia/p/..%2f..%2fetc/terbitan/terbitan.zip", f"{HOME}/terbitan/%2e%2e.zip"):
        assert siti.get(other).status_code == 404


def test_a_password_is_changed_with_the_old_one_and_a_fresh_code_and_ends_other_sessions(
    pages: Pages, database: Database
) -> None:
    person = enrolled(database, "Bu Rini", Role.SAKSI)
    here, elsewhere = (seated(pages.url, database, "Bu Rini") for _ in range(2))
    assert "masuk di 2 peramban" in words(here.get("/panitia/akun"))
    new = "jendela biru menghadap sawah"
    right = {"lama": PASSWORD, "sandi": new, "ulang": new}
    code = person.code()
    for fields, told in (
        ({**right, "angka": "000000"}, "belum cocok"),
        ({**right, "lama": "bukan yang lama", "angka": code}, "belum cocok"),
        ({**right, "ulang": "lain sekali ini", "angka": "000000"}, "tidak sama"),
        ({**right, "sandi": "bismillah1234", "ulang": "bismillah1234"}, "mudah ditebak"),
        ({**right, "sandi": PASSWORD, "ulang": PASSWORD}, "sama dengan yang lama"),
    ):
        refused = here.post("/panitia/akun/sandi", fields)
        assert (refused.status_code, told in words(refused)) == (400, True), told
    before = here.http.cookies[COOKIE]
    # The code of the wrong try above was not used up: whoever mistyped need not wait.
    changed = here.post("/panitia/akun/sandi", {**right, "angka": code})
    assert changed.headers["location"] == "/panitia/akun?sandi=baru"
    assert here.http.cookies[COOKIE] != before
    assert "sudah diganti" in words(here.get("/panitia/akun?sandi=baru"))
    back = {"lama": new, "sandi": PASSWORD, "ulang": PASSWORD, "angka": code}
    assert here.post("/panitia/akun/sandi", back).status_code == 400  # Each code is for once.
    assert elsewhere.get("/panitia").headers["location"].startswith("/panitia/masuk")
    assert httpx.get(f"{pages.url}/panitia", cookies={COOKIE: before}).status_code == 303


@pytest.mark.parametrize(
    "password",
    ["password1234", "bismillah1234", "indonesia2024", "1q2w3e4r5t6y", "jakarta123456",
     "qwertyuiop123", "iloveyou1234", "merdeka1945", "aaaaaaaaaaaa", "persija1928"],
)  # fmt: skip
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(BilikError, match="mudah ditebak"):
        check_password(password, "Bu Siti")
