"""The desk in a browser without scripts: an httpx client that signs in and sends forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyotp
from sqlalchemy import select

from bilik.clock import Clock, system_clock
from bilik.domain.accounts import Role
from bilik.keys import Keys
from bilik.services import desk_sessions
from bilik.services.accounts import Accounts
from bilik.storage.database import Database
from bilik.storage.tables import accounts
from bilik.web.panitia.gate import COOKIE
from tests.booth import SECRET
from tests.untrusting import NO_CERTIFICATES

PASSWORD = "kopi hangat di serambi"


@dataclass
class Person:
    """Somebody with an account; ``codes`` is the app on their telephone."""

    name: str
    codes: pyotp.TOTP
    used: int = 0

    def code(self, clock: Clock = system_clock) -> str:
        """A one-time code that was not used before: the app's, or the next one of it."""
        step = max(int(clock().timestamp()) // 30, self.used + 1)
        self.used = step
        return self.codes.generate_otp(step)


def enrolled(database: Database, name: str, role: Role, clock: Clock = system_clock) -> Person:
    """An account that was made and completed."""
    # Two minutes ago, so that the present codes are left for signing in.
    earlier = clock() - timedelta(minutes=2)
    made = Accounts(database, Keys(SECRET), lambda: earlier)
    code = made.add(name, role).code
    person = Person(name, pyotp.TOTP(made.enrolling(code).secret))
    made.enrol(code, PASSWORD, PASSWORD, person.code(lambda: earlier))
    return person


class Visitor:
    """A browser at the desk of a running server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(
            base_url=url, headers={"Origin": url}, timeout=60, verify=NO_CERTIFICATES
        )

    def hold(self, token: str) -> None:
        """Have that for the id of one's session."""
        host = urlsplit(self.url).hostname or ""
        self.http.cookies.set(COOKIE, token, domain=host, path="/panitia")

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def post(self, path: str, fields: dict[str, str] | None = None, **how: Any) -> httpx.Response:
        """Send a form with the token of the session, if there is one."""
        return self.http.post(path, data={"token": self.token(), **(fields or {})}, **how)

    def token(self) -> str:
        page = self.http.get("/panitia/akun").text
        found = re.search(r'name="token" value="([0-9a-f]{64})"', page)
        return found[1] if found else ""

    def sign_in(self, person: Person, **instead: str) -> httpx.Response:
        fields = {"nama": person.name, "sandi": PASSWORD, "angka": "", **instead}
        fields["angka"] = fields["angka"] or person.code()
        return self.http.post("/panitia/masuk", data=fields)

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """Go where an answer sends, and wait there for work to be done."""
        for _ in range(600):
            if answer.is_redirect:
                answer = self.get(answer.headers["location"])
            elif 'data-segar="kerja"' in answer.text:
                answer = self.get(str(answer.url.path))
            else:
                return answer
        raise AssertionError(f"{answer.url} is never done")


def words(answer: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def seated(url: str, database: Database, name: str, clock: Clock = system_clock) -> Visitor:
    """A browser whose session was put into the database, so that no one-time code is used up."""
    with database.write() as connection:
        query = select(accounts.c.id).where(accounts.c.name == name)
        token = desk_sessions.begin(connection, connection.execute(query).scalar_one(), clock())
    visitor = Visitor(url)
    visitor.hold(token)
    return visitor
