"""`bilik remind`: who is written to, over what, once a day, and what is said of failures."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from assistant.channels.outgoing import LONGEST_PAUSE
from assistant.channels.reminders import AT_ONCE, IN_VAIN, NO_ANSWER, Sending, Way, platform_for
from assistant.channels.sms import to_gsm7
from bilik import channel_settings
from bilik.clock import system_clock
from bilik.errors import FileProblems, NotFound, SettingsError, WrongState
from bilik.services.desk import Sent
from bilik.services.reminders import Sorted
from bilik.storage.tables import reminders
from tests.booth import SECRET, Polling, set_up
from tests.channels import platforms as config
from tests.channels.platforms import Call, Fault, Platforms
from tests.command import call
from tests.elections import VILLAGE, open_now

PHONES = [f"0812345678{number:02d}" for number in range(40)]
LONG = "Pemilihan Ketua Paguyuban Warga Perumahan Bumi Asri Sejahtera Tahap Dua dan Sekitarnya"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Polling]:
    """Of six voters, the first four have a number of their own, and the fifth shares the fourth's;
    the first has voted."""
    polling = set_up(
        tmp_path, open_now(VILLAGE), clock=system_clock, phones=[*PHONES[:4], PHONES[3]]
    )
    polling.vote_each([0])
    yield polling
    polling.database.close()


def roll(polling: Polling) -> Path:
    return polling.trustee_dir.parent / "dpt.csv"


def settings(platforms: Platforms, **more: str) -> channel_settings.ChannelSettings:
    return channel_settings.read({**platforms.settings(), **more})


def send(
    polling: Polling,
    platforms: Platforms,
    way: Way = Way.SMS,
    path: Path | None = None,
    **more: str,
) -> tuple[Sent, Sorted, list[Call]]:
    start = len(platforms.calls)
    turn = polling.desk.reminding(path or roll(polling))
    sending = Sending(turn, platform_for(settings(platforms, **more), way))
    sent = asyncio.run(sending.run())
    return sent, turn.found, platforms.sent(start)


def test_each_number_of_those_who_have_not_voted_is_written_to_once_a_day(
    village: Polling, platforms: Platforms
) -> None:
    looked = village.desk.reminding(roll(village)).look()
    assert looked == Sorted(due=3, voted=1, no_number=1, shared=1)
    sent, found, calls = send(village, platforms)
    assert (sent.sent, sent.failures, found) == (3, (), looked)
    assert sorted(call.content["To"] for call in calls) == [f"+62{one[1:]}" for one in PHONES[1:4]]
    (body,) = {call.content["Body"] for call in calls}
    assert body.startswith("Pemilihan Kepala Desa Sukamaju buka s.d. 31/12 13.00 WIB.")
    assert len(body) <= 160
    assert body == to_gsm7(body)
    again, found, calls = send(village, platforms)
    assert (again.sent, calls) == (0, [])
    assert (found.due, found.reminded, found.shared) == (0, 3, 1)


def test_whatsapp_is_written_to_with_the_approved_template_and_its_two_variables(
    village: Polling, platforms: Platforms
) -> None:
    template = "BILIK_WHATSAPP_REMINDER_TEMPLATE"
    sent, _, calls = send(village, platforms, Way.WHATSAPP, **{template: "bilik_ingat"})
    assert (sent.channel, sent.sent) == ("whatsapp", 3)
    said = calls[0].content["template"]
    assert (said["name"], said["language"]) == ("bilik_ingat", {"code": "id"})
    variables = [one["text"] for one in said["components"][0]["parameters"]]
    assert variables == ["Pemilihan Kepala Desa Sukamaju", "31/12 13.00 WIB"]


def test_over_twilio_s_whatsapp_too(village: Polling, platforms: Platforms) -> None:
    template = "BILIK_TWILIO_REMINDER_TEMPLATE"
    sent, _, calls = send(village, platforms, Way.WHATSAPP, **{template: "HX1"})
    assert (sent.channel, sent.sent) == ("twilio-whatsapp", 3)
    assert all(call.content["To"].startswith("whatsapp:+62812") for call in calls)
    assert calls[0].content["ContentSid"] == "HX1"
    assert json.loads(calls[0].content["ContentVariables"])["2"] == "31/12 13.00 WIB"


def test_a_long_title_still_is_one_sms(platforms: Platforms) -> None:
    request = platform_for(settings(platforms), Way.SMS).reminder(LONG, "31/12 13.00 WIB")
    assert request is not None
    assert len(request["Body"]) <= 160
    assert "NIK" in request["Body"]


def test_what_is_refused_is_told_by_its_code_and_may_be_tried_again(
    village: Polling, platforms: Platforms, caplog: pytest.LogCaptureFixture
) -> None:
    platforms.faults.append(Fault("/Messages.json", 400, {"code": 21610, "message": "KENARI"}))
    with caplog.at_level(logging.DEBUG, "assistant"):
        sent, _, _ = send(village, platforms)
    assert (sent.sent, sent.failures) == (2, (("400 21610", 1),))
    assert "KENARI" not in caplog.text
    assert not any(one[1:] in caplog.text for one in PHONES)
    again, _, calls = send(village, platforms)
    assert (again.sent, len(calls)) == (1, 1)


def test_what_may_have_arrived_is_not_sent_a_second_time(
    village: Polling, platforms: Platforms
) -> None:
    platforms.faults.append(Fault("/Messages.json", 503))
    sent, _, calls = send(village, platforms)
    assert (sent.sent, sent.unsure, sent.failed, len(calls)) == (2, 1, 0, 2)
    again, found, _ = send(village, platforms)
    assert (again.sent, found.reminded) == (0, 3)


def test_a_platform_that_asks_for_a_long_pause_is_left_for_later(
    village: Polling, platforms: Platforms
) -> None:
    long = str(int(LONGEST_PAUSE) + 1)
    platforms.faults.append(Fault("/Messages.json", 429, headers={"Retry-After": long}))
    sent, _, _ = send(village, platforms)
    assert (sent.sent, sent.failures) == (2, ((NO_ANSWER, 1),))
    again, _, _ = send(village, platforms)
    assert again.sent == 1


def test_where_nothing_gets_through_the_round_is_given_up(
    tmp_path: Path, platforms: Platforms
) -> None:
    polling = set_up(tmp_path, open_now(VILLAGE), voters=40, clock=system_clock, phones=PHONES)
    refusing = Fault("/Messages.json", 401, {"code": 20003}, times=1000)
    platforms.faults.append(refusing)
    sent, _, _ = send(polling, platforms)
    assert sent.is_stopped
    assert sent.failed == IN_VAIN
    assert refusing.times == 1000 - IN_VAIN
    platforms.faults.clear()
    # Broken off in the middle: whoever was handed out is not handed out again.
    portions = polling.desk.reminding(roll(polling)).portions(AT_ONCE)
    handed = {one.phone for one in next(portions)}
    rest, found, calls = send(polling, platforms)
    assert (rest.sent, found.reminded) == (40 - AT_ONCE, AT_ONCE)
    assert not handed & {call.content["To"] for call in calls}
    polling.database.close()


def test_a_file_with_mistakes_other_people_or_other_numbers_reaches_nobody_it_should_not(
    village: Polling, platforms: Platforms, tmp_path: Path
) -> None:
    nik = village.pairs[1][0]
    odd = tmp_path / "lain.csv"
    odd.write_text(
        f"nik,nama,no_hp\n{nik},A,081299999999\n3329015203909999,B,081277777777\n", encoding="utf-8"
    )
    sent, found, _ = send(village, platforms, path=odd)
    assert (sent.sent, found) == (0, Sorted(other_number=1, strangers=1))
    odd.write_text(f"nik,nama,no_hp\n{nik},A,{PHONES[1]}\n12,B,\n", encoding="utf-8")
    with pytest.raises(FileProblems):
        send(village, platforms, path=odd)
    with village.database.read() as connection:
        assert connection.execute(select(reminders)).all() == []


def test_only_while_voting_is_on_and_the_marks_go_with_the_closing(
    village: Polling, platforms: Platforms
) -> None:
    send(village, platforms)
    portions = village.desk.reminding(roll(village)).portions(AT_ONCE)
    village.desk.pause()
    with pytest.raises(WrongState, match="tidak sedang buka"):
        village.desk.reminding(roll(village))
    with pytest.raises(WrongState):
        next(portions)
    village.desk.close()
    with village.database.read() as connection:
        assert connection.execute(select(reminders)).all() == []


def test_it_has_to_be_clear_over_what(platforms: Platforms) -> None:
    with pytest.raises(NotFound, match="BILIK_WHATSAPP_REMINDER_TEMPLATE"):
        platform_for(channel_settings.ChannelSettings())
    assert platform_for(settings(platforms)).channel == "twilio-sms"
    with pytest.raises(SettingsError, match="whatsapp belum bisa"):
        platform_for(settings(platforms), Way.WHATSAPP)
    both = settings(platforms, BILIK_WHATSAPP_REMINDER_TEMPLATE="bilik_ingat")
    with pytest.raises(SettingsError, match="--lewat"):
        platform_for(both)


def test_the_command_counts_first_sends_then_and_notes_how_many(
    village: Polling, platforms: Platforms
) -> None:
    environ = {
        **{name: text for name, text in os.environ.items() if not name.startswith("BILIK_")},
        "BILIK_SECRET_KEY": base64.urlsafe_b64encode(SECRET).decode(),
        "BILIK_DATABASE_URL": village.url,
        "BILIK_PANITIA": "Bu Siti",
        **platforms.settings(),
    }

    def remind(*arguments: str) -> subprocess.CompletedProcess[str]:
        return call(
            "remind", "--roll", str(roll(village)), *arguments,
            directory=village.trustee_dir.parent, environ=environ,
        )  # fmt: skip

    start = len(platforms.calls)
    dry = remind("--dry-run")
    assert platforms.sent(start) == []
    assert dry.returncode == 0, dry.stderr
    assert "3 nomor akan dikirimi lewat SMS" in dry.stdout
    assert "1 sudah memilih, 1 tanpa nomor HP" in dry.stdout
    platforms.faults.append(Fault("/Messages.json", 400, {"code": 21610}))
    done = remind("--yes")
    assert done.returncode == 0, done.stderr
    assert "2 pesan dikirim lewat SMS." in done.stdout
    assert "1 tidak terkirim: 400 21610 (1)." in done.stdout
    everything = dry.stdout + done.stdout + done.stderr
    assert not any(one[1:] in everything for one in PHONES)
    assert not any(secret in everything for secret in config.SECRETS)
    noted = [one for one in village.desk.logs()[0].entries if one.act == "ingatkan"]
    assert [dict(one.details) for one in noted] == [
        {"saluran": "twilio-sms", "dikirim": 2, "tidak_pasti": 0, "gagal": 1}
    ]
    assert noted[0].actor == "Bu Siti"
