"""What an address of the desk is, and what a visit to it brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bilik.domain.accounts import Role
from bilik.services.desk import Desk
from bilik.services.desk_sessions import DeskSession
from bilik.web.office import Office, office_of
from bilik.web.panitia.forms import NO_FORM, Form
from bilik.web.panitia.workshop import Workshop

ANYONE: frozenset[Role] = frozenset()
"""Who is not signed in, too: the door itself."""
BOTH = frozenset(Role)
PANITIA = frozenset({Role.PANITIA})

SMALL = 64 * 1024
"""In bytes: what a form without a file may send."""


@dataclass(frozen=True)
class Visit:
    """Somebody at an address: who, with what form."""

    request: Request
    session: DeskSession | None = None
    form: Form = field(default=NO_FORM)

    @property
    def office(self) -> Office:
        """Where the desk stands."""
        return office_of(self.request)

    @property
    def workshop(self) -> Workshop:
        """Files and work in progress."""
        workshop = self.request.app.state.workshop
        assert isinstance(workshop, Workshop)
        return workshop

    @property
    def who(self) -> DeskSession:
        """Whoever is signed in, at an address that others do not reach."""
        assert self.session is not None
        return self.session

    @property
    def desk(self) -> Desk:
        """The desk with them at it: the log will have their name."""
        return self.office.desk(self.who.name)

    @property
    def acts(self) -> bool:
        """Whether they may do something, and not only look."""
        return self.session is not None and self.session.role is Role.PANITIA

    @property
    def slug(self) -> str:
        """The election that the address names; whether there is one is still to be seen."""
        return self.part("slug")

    @property
    def home(self) -> str:
        """The page of that election."""
        return f"/panitia/p/{self.slug}"

    def part(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        """A part of the address that is a number.

        Raises:
            HTTPException: 404, it is none.
        """
        text = self.part(name)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise HTTPException(404)
        return int(text)


Handler = Callable[[Visit], Response]


@dataclass(frozen=True)
class Way:
    """One address and method: who may come, what answers, and how many bytes they may send."""

    path: str
    method: Literal["GET", "POST"]
    who: frozenset[Role]
    handler: Handler
    most: int = SMALL
