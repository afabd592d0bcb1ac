"""Who has an account, and one's own sessions. Accounts are made in the terminal only.

Otherwise whoever is signed in could make themselves a second name, and approve what they asked for.
"""

from __future__ import annotations

from starlette.responses import Response

from bilik.services.accounts import Accounts
from bilik.services.sign_in import SignIn
from bilik.web.panitia.door import leave
from bilik.web.panitia.show import show
from bilik.web.panitia.ways import BOTH, Visit, Way


def _accounts(visit: Visit) -> Response:
    office = visit.office
    found = Accounts(office.database, office.keys, office.clock).all()
    return show(visit, "akun.html", {"accounts": found})


def _leave_everywhere(visit: Visit) -> Response:
    office = visit.office
    SignIn(office.database, office.keys, office.clock).sign_out_everywhere(visit.who)
    account = visit.who.account_id
    visit.workshop.arrivals.forget_where(lambda one: one.of_account == account)
    return leave(visit)


WAYS = (
    Way("/panitia/akun", "GET", BOTH, _accounts),
    Way("/panitia/akun/keluar", "POST", BOTH, _leave_everywhere),
)
