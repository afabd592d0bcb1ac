"""Signing in and out, and completing an account."""

from __future__ import annotations

import segno
from starlette.requests import Request
from starlette.responses import Response

from bilik.errors import BilikError
from bilik.services.accounts import Accounts
from bilik.services.sign_in import HeldBack, Refused, SignIn
from bilik.web.panitia.gate import COOKIE, DOOR
from bilik.web.panitia.show import go, show
from bilik.web.panitia.ways import ANYONE, BOTH, Visit, Way
from bilik.web.panitia.words import for_pages

DEVICE = "bilik_perangkat"
PATH = "/panitia"
_DEVICE_SECONDS = 180 * 24 * 3600


def _door(visit: Visit) -> Response:
    if visit.session is not None:
        return go("/panitia")
    return _shown(visit, expired="habis" in visit.request.query_params)


def _shown(visit: Visit, line: str = "", expired: bool = False, status: int = 200) -> Response:
    values = {"line": line, "expired": expired, "name": visit.form.text("nama")}
    return show(visit, "masuk.html", values, status)


def _sign_in(visit: Visit) -> Response:
    """A right sign-in always begins a new session; one that was there before is over."""
    form, request = visit.form, visit.request
    door = _sign_in_of(visit)
    try:
        signed_in = door.sign_in(
            form.text("nama"),
            form.secret("sandi"),
            form.text("angka"),
            request.client.host if request.client else "",
            request.cookies.get(DEVICE, ""),
        )
    except Refused as error:
        return _shown(visit, str(error), status=401)
    except HeldBack as error:
        return _shown(visit, str(error), status=429)
    if visit.session is not None:
        door.sign_out(visit.session)
        _forget_uploads(visit)
    answer = go("/panitia")
    put_session(answer, request, signed_in.token)
    answer.set_cookie(
        DEVICE, signed_in.device, _DEVICE_SECONDS, path=f"{PATH}/masuk", httponly=True,
        samesite="strict", secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


def put_session(answer: Response, request: Request, token: str) -> None:
    """Have the browser hold a session's id, until it is closed."""
    answer.set_cookie(
        COOKIE, token, path=PATH, httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def _sign_out(visit: Visit) -> Response:
    _sign_in_of(visit).sign_out(visit.who)
    return leave(visit)


def leave(visit: Visit) -> Response:
    """The door again, without a session in the browser or anything of it on the server."""
    _forget_uploads(visit)
    answer = go(DOOR)
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


def _forget_uploads(visit: Visit) -> None:
    key = visit.who.key
    visit.workshop.arrivals.forget_where(lambda one: one.of_session == key)


def _enrol_page(visit: Visit) -> Response:
    return show(visit, "daftar.html", {"line": ""})


def _enrol_look(visit: Visit) -> Response:
    try:
        return _enrolling(visit)
    except BilikError as error:
        return show(visit, "daftar.html", {"line": for_pages(str(error))}, 400)


def _enrol(visit: Visit) -> Response:
    form = visit.form
    try:
        account = _accounts(visit).enrol(
            form.text("kode"), form.secret("sandi"), form.secret("ulang"), form.text("angka")
        )
    except BilikError as error:
        try:
            return _enrolling(visit, for_pages(str(error)))
        except BilikError:
            return show(visit, "daftar.html", {"line": for_pages(str(error))}, 400)
    return show(visit, "terdaftar.html", {"account": account})


def _enrolling(visit: Visit, line: str = "") -> Response:
    code = visit.form.text("kode")
    enrolling = _accounts(visit).enrolling(code)
    picture = segno.make_qr(enrolling.address).svg_data_uri(scale=4, border=4, light="#fff")
    groups = [enrolling.secret[at : at + 4] for at in range(0, len(enrolling.secret), 4)]
    values = {
        "enrolling": enrolling, "code": code, "picture": picture, "groups": groups, "line": line,
    }  # fmt: skip
    return show(visit, "daftar_sandi.html", values, 400 if line else 200)


def _accounts(visit: Visit) -> Accounts:
    office = visit.office
    return Accounts(office.database, office.keys, office.clock)


def _sign_in_of(visit: Visit) -> SignIn:
    office = visit.office
    return SignIn(office.database, office.keys, office.clock)


WAYS = (
    Way(DOOR, "GET", ANYONE, _door),
    Way(DOOR, "POST", ANYONE, _sign_in),
    Way("/panitia/keluar", "POST", BOTH, _sign_out),
    Way("/panitia/daftar", "GET", ANYONE, _enrol_page),
    Way("/panitia/daftar", "POST", ANYONE, _enrol_look),
    Way("/panitia/daftar/simpan", "POST", ANYONE, _enrol),
)
