"""Bilik itself is away for a while: no message is lost, none is answered twice."""

import os
import signal
from collections.abc import Callable

from tests.channels.failing import fail
from tests.channels.phones import TelegramPhone, WhatsAppPhone
from tests.channels.platforms import Platforms
from tests.installation import Installation, wait_for


def test_messages_that_wait_are_answered_after_a_crash_of_the_server(
    bilik: Installation, platforms: Platforms
) -> None:
    phone, before = WhatsAppPhone(bilik, platforms), bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    phone.talk(f"{nik} {code}", "2")
    fail(platforms, phone, times=1, status=500, seconds=20)
    start, yes = len(platforms.calls), phone.request("ya")
    assert phone.send(yes) == 200
    _crash(bilik)
    assert phone.send(yes) == 200  # delivered again, for all that the platform knows
    said = "\n".join(phone.read(start))
    # What the voter was shown before the crash may be read back again; then a yes casts.
    if "SUDAH" not in said:
        assert "SUDAH tercatat" in phone.say("ya")
    assert bilik.ballots(bilik.village) == before + 1


def test_nobody_is_told_that_a_message_arrived_while_the_database_is_away(
    bilik: Installation, platforms: Platforms, locked: Callable[[], None]
) -> None:
    phone = TelegramPhone(bilik, platforms)
    request, start = phone.request("halo"), len(platforms.calls)
    assert phone.send(request) == 503
    locked()
    assert phone.send(request) == 200
    assert "Saya Bilik" in "\n".join(phone.read(start))


def _crash(bilik: Installation) -> None:
    (rasa,) = bilik.processes("assistant.serve", "run", str(bilik.port))
    os.kill(rasa, signal.SIGKILL)
    wait_for(f"{bilik.url}/chat", bilik.process)
