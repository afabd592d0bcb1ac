"""Who has an account, and one's own sessions and password. Accounts are made in the terminal only.

Otherwise whoever is signed in could make themselves a second name, and approve what they asked for.
"""

from __future__ import annotations

from starlette.responses import Response

from bilik.errors import BilikError
from bilik.services.accounts import Accounts
from bilik.services.sign_in import Refused, SignIn
from bilik.web.panitia.door import leave, put_session
from bilik.web.panitia.show import go, show
from bilik.web.panitia.ways import BOTH, Visit, Way
from bilik.web.panitia.words import for_pages


def _accounts(visit: Visit) -> Response:
    return _shown(visit)


def _shown(visit: Visit, line: str = "", status: int = 200) -> Response:
    office = visit.office
    values = {
        "accounts": Accounts(office.database, office.keys, office.clock).all(),
        "sessions": _door(visit).sessions(visit.who),
        "line": line,
        "changed": "sandi" in visit.request.query_params,
    }
    return show(visit, "akun.html", values, status)


def _change_password(visit: Visit) -> Response:
    """The old session's id is void afterwards, here and everywhere else."""
    form, account = visit.form, visit.who.account_id
    try:
        token = _door(visit).change_password(
            visit.who, form.secret("lama"), form.secret("sandi"), form.secret("ulang"),
            form.text("angka"),
        )  # fmt: skip
    except Refused:
        line = "Kata sandi lama atau angkanya belum cocok. Tunggu angka berikutnya, lalu ulangi."
        return _shown(visit, line, 400)
    except BilikError as error:
        return _shown(visit, for_pages(str(error)), 400)
    visit.workshop.arrivals.forget_where(lambda one: one.of_account == account)
    answer = go("/panitia/akun?sandi=baru")
    put_session(answer, visit.request, token)
    return answer


def _leave_everywhere(visit: Visit) -> Response:
    _door(visit).sign_out_everywhere(visit.who)
    account = visit.who.account_id
    visit.workshop.arrivals.forget_where(lambda one: one.of_account == account)
    return leave(visit)


def _door(visit: Visit) -> SignIn:
    office = visit.office
    return SignIn(office.database, office.keys, office.clock)


WAYS = (
    Way("/panitia/akun", "GET", BOTH, _accounts),
    Way("/panitia/akun/keluar", "POST", BOTH, _leave_everywhere),
    Way("/panitia/akun/sandi", "POST", BOTH, _change_password),
)
