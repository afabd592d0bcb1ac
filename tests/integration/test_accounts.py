"""Accounts at the desk: invitations, the door, and sessions, with a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from bilik.domain.accounts import Role
from bilik.domain.audit import ACCOUNTS, Act
from bilik.domain.network import network_of
from bilik.errors import BilikError, NotFound
from bilik.keys import Keys
from bilik.services import audit, one_time_codes, passwords
from bilik.services.accounts import Accounts
from bilik.services.desk_sessions import DeskSession
from bilik.services.sign_in import HeldBack, Refused, SignedIn, SignIn
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from bilik.storage.tables import accounts, attempts, desk_sessions
from tests.booth import SECRET, HandClock
from tests.databases import ONLY_SQLITE

PASSWORD = "kopi hangat di serambi"
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"


class House:
    """One database, its accounts and its door."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        upgrade(self.database)
        self.keys = Keys(SECRET)
        self.clock = HandClock(datetime.fromisoformat("2026-11-29T02:00:00+00:00"))
        self.accounts = Accounts(self.database, self.keys, self.clock, "operator")
        self.door = SignIn(self.database, self.keys, self.clock)
        self.apps: dict[str, pyotp.TOTP] = {}

    def enrol(self, name: str, role: Role = Role.PANITIA) -> None:
        self.complete(name, self.accounts.add(name, role).code)
        self.clock.forward(seconds=90)

    def complete(self, name: str, code: str) -> None:
        self.apps[name] = pyotp.TOTP(self.accounts.enrolling(code).secret)
        self.accounts.enrol(code, PASSWORD, PASSWORD, self.code(name))

    def code(self, name: str) -> str:
        return self.apps[name].at(self.clock())

    def wrong_code(self, name: str) -> str:
        near = {self.apps[name].at(self.clock(), counter_offset=one) for one in (-1, 0, 1)}
        return next(one for one in ("111111", "222222", "333333", "444444") if one not in near)

    def sign_in(self, name: str, address: str = HOME, **instead: str) -> SignedIn:
        given = {"password": PASSWORD, "device": "", **instead}
        code = given.get("code") or self.code(name)
        return self.door.sign_in(name, given["password"], code, address, given["device"])

    def session(self, name: str) -> DeskSession:
        found = self.door.session(self.sign_in(name).token)
        assert found is not None
        return found

    def log(self) -> list[tuple[str, str]]:
        with self.database.read() as connection:
            (log,) = audit.logs(connection, ACCOUNTS)
        assert log.problem is None
        return [(one.actor, one.act) for one in log.entries]


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id with one pass over little memory: doors are tried here hundreds of times."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    nobody = passwords._OF_NOBODY.replace("m=65536,t=3,p=1", "m=8,t=1,p=1")
    monkeypatch.setattr(passwords, "_OF_NOBODY", nobody)


_OF_NOBODY, _HASHER = passwords._OF_NOBODY, passwords._HASHER


def test_a_guess_costs_what_rfc_9106_says_whether_there_is_such_a_name_or_not() -> None:
    """Its second recommendation: three passes over 64 MiB."""
    for kept in (_HASHER.hash(PASSWORD), _OF_NOBODY):
        assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


@pytest.fixture
def house(url: str) -> Iterator[House]:
    made = House(url)
    yield made
    made.database.close()


def test_an_account_is_completed_once_by_whoever_has_its_code(house: House) -> None:
    invited = house.accounts.add("Bu Siti", Role.PANITIA)
    assert not invited.account.ready
    house.complete("Bu Siti", invited.code.lower().replace("-", " "))
    with pytest.raises(BilikError, match="tidak berlaku"):
        house.accounts.enrolling(invited.code)
    (account,) = house.accounts.all()
    assert account.ready
    assert house.log() == [("operator", Act.ACCOUNT_NEW), ("Bu Siti", Act.ACCOUNT_READY)]


@ONLY_SQLITE
def test_an_invitation_lasts_a_day_and_a_new_one_voids_it(house: House) -> None:
    first = house.accounts.add("Bu Siti", Role.PANITIA).code
    second = house.accounts.reset("bu siti").code
    with pytest.raises(BilikError, match="tidak berlaku"):
        house.accounts.enrolling(first)
    house.clock.forward(hours=23, minutes=59)
    house.accounts.enrolling(second)
    house.clock.forward(minutes=1)
    with pytest.raises(BilikError, match="tidak berlaku"):
        house.accounts.enrolling(second)


@ONLY_SQLITE
def test_a_poor_password_or_a_wrong_code_completes_nothing(house: House) -> None:
    code = house.accounts.add("Bu Siti", Role.PANITIA).code
    house.apps["Bu Siti"] = pyotp.TOTP(house.accounts.enrolling(code).secret)
    right = house.code("Bu Siti")
    for password, repeated, one_time, problem in (
        ("bu siti", "bu siti", right, "paling sedikit"),
        (PASSWORD, "lain sekali ini", right, "tidak sama"),
        (PASSWORD, PASSWORD, house.wrong_code("Bu Siti"), "belum cocok"),
    ):
        with pytest.raises(BilikError, match=problem):
            house.accounts.enrol(code, password, repeated, one_time)
    assert not house.accounts.all()[0].ready


@ONLY_SQLITE
def test_two_accounts_cannot_have_names_that_the_log_could_not_tell_apart(house: House) -> None:
    house.accounts.add("Bu Siti", Role.PANITIA)
    with pytest.raises(BilikError, match="sudah ada"):
        house.accounts.add("BU  SITI", Role.SAKSI)
    with pytest.raises(NotFound):
        house.accounts.remove("Bu Sita")


def test_a_sign_in_begins_a_session_and_each_code_is_taken_once(house: House) -> None:
    house.enrol("Bu Siti")
    used = house.code("Bu Siti")
    session = house.door.session(house.sign_in("bu siti", code=used).token)
    assert session is not None
    assert (session.name, session.role) == ("Bu Siti", Role.PANITIA)
    with pytest.raises(Refused):
        house.sign_in("Bu Siti", code=used)
    house.clock.forward(seconds=30)
    later = house.sign_in("Bu Siti")
    assert house.door.session(later.token) is not None
    with pytest.raises(Refused):  # older than one that was taken
        house.sign_in("Bu Siti", code=used)


def test_of_two_that_use_a_code_at_once_one_comes_in(house: House) -> None:
    house.enrol("Bu Siti")
    code = house.code("Bu Siti")

    def attempt(_: int) -> bool:
        try:
            house.sign_in("Bu Siti", code=code)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, range(2))) == [False, True]


@ONLY_SQLITE
def test_whatever_is_wrong_the_answer_and_the_work_are_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.enrol("Bu Siti")
    house.accounts.add("Pak Dedi", Role.PANITIA)  # who has not set a password yet
    worked: list[str] = []
    matches, step_of = passwords.matches, one_time_codes.step_of

    def hash_once(*given: Any) -> bool:
        worked.append("password")
        return matches(*given)

    def code_once(*given: Any) -> int | None:
        worked.append("code")
        return step_of(*given)

    monkeypatch.setattr(passwords, "matches", hash_once)
    monkeypatch.setattr(one_time_codes, "step_of", code_once)
    right, wrong = house.code("Bu Siti"), house.wrong_code("Bu Siti")
    said = set()
    for name, password, code in (
        ("Bu Siti", "salah sekali ini", right),
        ("Bu Siti", PASSWORD, wrong),
        ("Pak Dedi", PASSWORD, wrong),
        ("Bukan Siapa-siapa", PASSWORD, wrong),
    ):
        worked.clear()
        with pytest.raises(Refused) as refused:
            house.sign_in(name, password=password, code=code)
        said.add(str(refused.value))
        assert worked == ["password", "code"]
    assert len(said) == 1


def fail(house: House, name: str, address: str, times: int, device: str = "") -> None:
    for _ in range(times):
        with pytest.raises(Refused):
            house.sign_in(name, address, password="tebakan saja ini", code="000000", device=device)


@ONLY_SQLITE
def test_guessing_is_slowed_for_names_that_exist_and_for_those_that_do_not(house: House) -> None:
    house.enrol("Bu Siti")
    for name in ("Bu Siti", "Bukan Siapa-siapa"):
        fail(house, name, HOME if name == "Bu Siti" else ELSEWHERE, 5)
        with pytest.raises(HeldBack, match="Tunggu 1 menit"):
            house.sign_in(name, "192.0.2.1", code="000000")
    # The right password does not help either, until the delay is over.
    with pytest.raises(HeldBack):
        house.sign_in("Bu Siti", "192.0.2.1")
    house.clock.forward(seconds=31)
    assert house.sign_in("Bu Siti", "192.0.2.1").token
    held = [actor for actor, act in house.log() if act == Act.HELD_BACK]
    assert held == ["Bu Siti"]  # nobody fills the log with names of nobody


@ONLY_SQLITE
def test_a_delay_grows_up_to_a_quarter_of_an_hour_and_no_further(house: House) -> None:
    house.enrol("Bu Siti")
    for _ in range(12):
        house.clock.forward(minutes=15, seconds=1)
        fail(house, "Bu Siti", HOME, 1)
    house.clock.forward(minutes=15, seconds=1)
    assert house.sign_in("Bu Siti").token


@ONLY_SQLITE
def test_strangers_do_not_keep_the_owner_out_of_a_browser_that_was_in_before(house: House) -> None:
    house.enrol("Bu Siti")
    device = house.sign_in("Bu Siti").device
    house.clock.forward(minutes=1)
    fail(house, "Bu Siti", ELSEWHERE, 5)
    with pytest.raises(HeldBack):
        house.sign_in("Bu Siti", ELSEWHERE)
    assert house.sign_in("Bu Siti", ELSEWHERE, device=device).token
    # A mark that was made up, or belongs to another account, is none.
    house.enrol("Pak Dedi")
    foreign = house.sign_in("Pak Dedi").device
    for made_up in ("a.b", f"{'0' * 32}.{'0' * 64}", foreign):
        with pytest.raises(HeldBack):
            fail(house, "Bu Siti", "192.0.2.5", 6, made_up)
    # Somebody who holds the browser itself cannot guess faster with it.
    house.clock.forward(minutes=16)
    fail(house, "Bu Siti", HOME, 5, device)
    with pytest.raises(HeldBack):
        house.sign_in("Bu Siti", device=device)


@ONLY_SQLITE
def test_one_address_cannot_try_all_names(house: House) -> None:
    for at in range(21):
        with pytest.raises(Refused):
            house.sign_in(f"Nama {chr(65 + at)}", ELSEWHERE, code="000000")
    with pytest.raises(HeldBack):
        house.sign_in("Nama Lain", ELSEWHERE, code="000000")
    with pytest.raises(Refused):
        house.sign_in("Nama Lain", HOME, code="000000")
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"


@ONLY_SQLITE
def test_the_database_keeps_neither_names_nor_addresses_of_those_who_guess(house: House) -> None:
    fail(house, "Bukan Siapa-siapa", ELSEWHERE, 1)
    with house.database.read() as connection:
        kept = b"".join(row.subject for row in connection.execute(select(attempts)))
    assert ELSEWHERE.encode() not in kept
    assert len(kept) == 64


@ONLY_SQLITE
def test_a_session_ends_after_half_an_hour_of_rest_and_after_half_a_day(house: House) -> None:
    house.enrol("Bu Siti")
    token = house.sign_in("Bu Siti").token
    for _ in range(24):
        house.clock.forward(minutes=29, seconds=30)
        assert house.door.session(token) is not None
    house.clock.forward(minutes=12)
    assert house.door.session(token) is None
    rested = house.sign_in("Bu Siti").token
    house.clock.forward(minutes=30)
    assert house.door.session(rested) is None
    house.sign_in("Bu Siti")
    with house.database.read() as connection:
        assert len(connection.execute(select(desk_sessions)).all()) == 1


def test_sessions_end_with_sign_out_reset_another_role_and_removal(house: House) -> None:
    for number, end in enumerate(
        (
            house.door.sign_out,
            house.door.sign_out_everywhere,
            lambda session: house.accounts.set_role(session.name, Role.SAKSI),
            lambda session: house.accounts.reset(session.name),
            lambda session: house.accounts.remove(session.name),
        )
    ):
        name = f"Orang {chr(65 + number)}"
        house.enrol(name)
        session = house.session(name)
        end(session)
        assert house.door.session(session.token) is None
    with pytest.raises(Refused):
        house.sign_in("Orang D")  # whose password was voided
    with pytest.raises(Refused):
        house.sign_in("Orang E")  # who is gone


@ONLY_SQLITE
def test_a_code_typed_again_counts_for_ten_minutes_and_wrong_ones_are_slowed(house: House) -> None:
    house.enrol("Bu Siti")
    session = house.session("Bu Siti")
    with pytest.raises(Refused):
        house.door.confirm(session, house.code("Bu Siti"))  # taken at the sign-in
    house.clock.forward(seconds=30)
    house.door.confirm(session, house.code("Bu Siti"))
    confirmed = house.door.session(session.token)
    assert confirmed is not None
    assert confirmed.is_confirmed(house.clock())
    house.clock.forward(minutes=10)
    assert not confirmed.is_confirmed(house.clock())
    for _ in range(5):
        with pytest.raises(Refused):
            house.door.confirm(session, house.wrong_code("Bu Siti"))
    with pytest.raises(HeldBack):
        house.door.confirm(session, house.code("Bu Siti"))


@ONLY_SQLITE
def test_neither_passwords_nor_secrets_nor_session_ids_can_be_read_in_the_database(
    house: House,
) -> None:
    house.enrol("Bu Siti")
    token = house.sign_in("Bu Siti").token
    with house.database.read() as connection:
        row = connection.execute(select(accounts)).one()
        session = connection.execute(select(desk_sessions)).one()
    secret = house.apps["Bu Siti"].secret
    assert PASSWORD not in row.password
    assert secret.encode() not in row.totp
    assert token.encode() not in bytes(session.id_hash)
    # Without the server's key, not even the right password can be told from others.
    assert not passwords.matches(Keys(bytes(32)), row.password, PASSWORD)
    # A sealed secret is of no use in another account's row.
    now, other = house.clock(), bytes(16)
    assert one_time_codes.step_of(house.keys, row.totp, row.stamp, house.code("Bu Siti"), now)
    assert not one_time_codes.step_of(house.keys, row.totp, other, house.code("Bu Siti"), now)
