"""Several workers behind a proxy: killed, stopped and restarted, while people vote."""

from __future__ import annotations

import csv
import json
import re
import tarfile
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from secrets import token_urlsafe
from uuid import uuid4

import httpx
import pytest
import redis
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from assistant.cluster import growing, programs, rolling
from assistant.cluster.layout import Layout
from bilik.errors import BilikError, SettingsError
from bilik.metrics_port import PROCESSES
from bilik.storage.tables import participations, voters
from tests.channels.failing import fail
from tests.channels.phones import TelegramPhone, wait_until_idle
from tests.channels.platforms import Platforms
from tests.cluster.cluster import Cluster, health, stop
from tests.cluster.voters import Page, told, vote

RECEIPT = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{1,4}")
TRAINED = re.compile(r"^bilik_model_trained_timestamp_seconds (\S+)$", re.MULTILINE)
AT_ONCE = 3
THINK_SECONDS = 0.3
"""Voters that are faster than any take the processor from the workers that are to start."""


# -- what is there ----------------------------------------------------------------------------


def test_the_public_reaches_chat_webhooks_and_pages_and_nothing_else(cluster: Cluster) -> None:
    shown = ["/chat", "/chat/chat.js", "/hasil", "/hasil.json", "/panitia/masuk", "/laman/look.css"]
    assert {path: health(cluster.url + path) for path in shown} == dict.fromkeys(shown, 200)
    hidden = [
        "/version", "/status", "/domain", "/conversations/web:a/tracker", "/model/parse", "/sehat",
        "/sehat/siap", "/health", "/actions", "/webhook", "/webhooks/rest/webhook", "/webhooks/",
        "/chat/../version", "/hasilx", "/chatx",
    ]  # fmt: skip
    assert {path: health(cluster.url + path) for path in hidden} == dict.fromkeys(hidden, 404)
    start = httpx.get(cluster.url)
    assert (start.status_code, start.headers["location"]) == (302, "/chat")
    assert "server" not in httpx.get(f"{cluster.url}/hasil").headers


def test_a_worker_says_in_one_word_whether_it_is_ready(cluster: Cluster) -> None:
    for worker in cluster.parts.workers:
        for path in ("/sehat", "/sehat/siap"):
            answer = httpx.get(f"{worker.url}{path}", timeout=10)
            assert (answer.status_code, answer.text) == (200, "ya\n")


def test_ballots_are_in_postgresql_and_trackers_in_redis(cluster: Cluster) -> None:
    page = Page(cluster.url)
    assert "SUDAH" in vote(page, *cluster.pair(cluster.village), "bu siti")
    with cluster.village.database.read() as connection:
        assert "PostgreSQL" in connection.execute(text("SELECT version()")).scalar_one()
        assert connection.execute(select(participations)).first() is not None
    page.say("siapa calonnya?")
    kept = redis.Redis.from_url(cluster.parts.tracker_url)
    values: dict[str, bytes] = {}
    for name in kept.scan_iter():
        is_text = kept.type(name) == b"string"
        value = kept.get(name) if is_text else b"".join(kept.hgetall(name).values())
        values[name.decode()] = value or b""
    assert {name.split(":")[0] for name in values} >= {"tracker", "page"}
    everything = b"".join([*values.values(), *(name.encode() for name in values)])
    assert b"action_listen" in everything
    for words in ("Siti", "Rahmawati", "tercatat", "calon", "web:"):
        assert words.encode() not in everything
    assert not list(cluster.directory.glob("**/bilik.db*"))


def test_a_statement_that_fails_leaves_nothing_of_itself_in_postgresqls_log(
    cluster: Cluster,
) -> None:
    log = Path(cluster.parts.run) / "postgres.log"
    with cluster.village.database.engine.connect() as connection:
        voter = connection.execute(select(voters.c.id, voters.c.election_id)).first()
        assert voter is not None
        again = insert(voters).values(
            id=voter.id, election_id=voter.election_id, nik_hash=bytes(32),
            nik_masked="3329********01", name="Sebastian Tak Tercatat", tps="01",
        )  # fmt: skip
        with pytest.raises(IntegrityError):
            connection.execute(again)
    said = written(log, "duplicate key value")
    for hidden in ("Sebastian", "3329*", "INSERT", f"({voter.id})"):
        assert hidden not in said


def written(log: Path, words: str) -> str:
    """What a log says, once it has these words; it is written by the process manager."""
    deadline = time.monotonic() + 30
    while words not in (said := log.read_text()):
        assert time.monotonic() < deadline, said
        time.sleep(0.1)
    return said


def test_without_haproxy_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "_PLACES", str(tmp_path))
    with pytest.raises(SettingsError, match="apt-get install haproxy"):
        programs.haproxy()


# -- a message on two workers -------------------------------------------------------------------


def directly(cluster: Cluster, page: Page, worker: int) -> Page:
    """The same browser, past the proxy."""
    other = Page(cluster.parts.of("chat")[worker].url)
    other.browser.cookies = httpx.Cookies(page.browser.cookies)
    other.seen = page.seen
    return other


def test_a_yes_posted_again_to_another_worker_casts_once_and_gives_the_same_receipt(
    cluster: Cluster,
) -> None:
    before = cluster.ballots(cluster.village)
    one = Page(cluster.parts.of("chat")[0].url)
    one.say(" ".join(cluster.pair(cluster.village)))
    one.say("2")
    yes = {"name": token_urlsafe(9), "text": "ya"}
    other = directly(cluster, one, 1)
    first = one.post(yes)
    assert other.post(yes)[-1] == first[-1]  # the same answer, kept until it is seen
    other.seen.append(first[-1]["name"])
    said = other.say("ya")
    assert RECEIPT.findall(said) == RECEIPT.findall(told(first)) != []
    assert cluster.ballots(cluster.village) == before + 1


def test_a_message_posted_to_both_workers_at_once_is_handled_once(cluster: Cluster) -> None:
    one = Page(cluster.parts.of("chat")[0].url)
    nik, code = cluster.pair(cluster.region)
    one.say(f"{nik} {code}")
    other = directly(cluster, one, 1)
    two = {"name": token_urlsafe(9), "text": "2"}
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda page: page.post(two), (one, other)))
    assert answers[0] == answers[1]
    # It chose in the first contest, and not in the next one as well.
    assert "belum dikirim" not in told(answers[0])


def test_a_yes_to_what_another_worker_has_not_told_yet_is_none(cluster: Cluster) -> None:
    before = cluster.ballots(cluster.village)
    one = Page(cluster.parts.of("chat")[0].url)
    one.say(" ".join(cluster.pair(cluster.village)))
    one.say("2")
    other = directly(cluster, one, 1)
    # It is answered, but that answer has not been shown.
    change = {"name": token_urlsafe(9), "text": "eh 3 aja", "seen": one.seen}
    assert one.browser.post("/chat/messages", json=change).status_code == 200
    assert "nomor 3" in other.say("ya")
    assert cluster.ballots(cluster.village) == before
    assert "SUDAH" in other.say("ya")
    assert cluster.ballots(cluster.village) == before + 1


# -- killed and restarted under load -----------------------------------------------------------


@dataclass
class Crowd:
    """Voters who come one after the other, a few at once, until they are told to stop."""

    cluster: Cluster
    told: dict[str, str] = field(default_factory=dict)
    again: int = 0
    problems: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Crowd:
        self._threads = [threading.Thread(target=self._come) for _ in range(AT_ONCE)]
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for one in self._threads:
            one.join()

    def wait_for(self, more: int) -> None:
        """Until so many more have voted."""
        enough = len(self.told) + more
        while len(self.told) < enough and any(one.is_alive() for one in self._threads):
            time.sleep(0.1)

    def _come(self) -> None:
        while not self._over.is_set():
            with self._lock:
                nik, code = self.cluster.pair(self.cluster.village)
            try:
                page = Page(self.cluster.url, THINK_SECONDS)
                said = vote(page, nik, code, str(1 + int(nik) % 3))
            except Exception as error:
                self.problems.append(type(error).__name__)
                return
            with self._lock:
                self.told[nik] = said
                self.again += page.again


def retrained(model: Path) -> float:
    """Put a new model in the old one's place, as training does; when it was trained.

    It understands the same, so that what people hear does not depend on who answers.
    """
    with tempfile.TemporaryDirectory(dir=model.parent) as name:
        parts = Path(name) / "parts"
        with tarfile.open(model) as archive:
            archive.extractall(parts, filter="data")
        metadata = parts / "metadata.json"
        content = json.loads(metadata.read_text())
        trained = datetime.now(timezone.utc).replace(tzinfo=None)
        content |= {"trained_at": trained.isoformat(), "model_id": uuid4().hex}
        metadata.write_text(json.dumps(content))
        new = Path(name) / model.name
        with tarfile.open(new, "w:gz") as archive:
            archive.add(parts, arcname="")
        new.replace(model)
    return trained.replace(tzinfo=timezone.utc).timestamp()


def models_in_use(cluster: Cluster) -> set[float]:
    """When the models were trained that the chat's workers say they read with."""
    first = int(cluster.settings["BILIK_METRICS_PORT"])
    found = set()
    for port in range(first, first + PROCESSES):
        with suppress(httpx.HTTPError):
            figures = httpx.get(f"http://127.0.0.1:{port}/metrics").text
            if 'bilik_part{part="rasa"}' in figures:
                found.add(float(TRAINED.findall(figures)[0]))
    return found


def test_votes_go_on_while_workers_are_killed_and_restarted_with_a_new_model(
    cluster: Cluster, platforms: Platforms, model: Path
) -> None:
    (old,) = models_in_use(cluster)
    before = cluster.ballots(cluster.village)
    chat, acts = cluster.parts.of("chat"), cluster.parts.of("actions")
    phones = [TelegramPhone(cluster, platforms) for _ in range(6)]
    for phone in phones:
        fail(platforms, phone, times=1, status=503, seconds=2)
    with Crowd(cluster) as crowd:
        crowd.wait_for(3)
        trained = retrained(model)
        assert trained > old
        start = len(platforms.calls)
        assert [phone.send(phone.request("halo")) for phone in phones] == [200] * len(phones)
        cluster.kill(chat[0].name)
        crowd.wait_for(3)
        cluster.kill(acts[0].name)
        crowd.wait_for(3)
        cluster.wait_until_ready()
        again = crowd.again
        rolling.restart(cluster.parts, acts[1])
        rolling.restart(cluster.parts, chat[1])
        crowd.wait_for(3)
        # A graceful restart is not noticed by anybody.
        assert crowd.again == again
    (new,) = models_in_use(cluster)
    assert new == pytest.approx(trained, abs=1e-3)
    assert crowd.problems == []
    assert [said for said in crowd.told.values() if not RECEIPT.search(said)] == []
    receipts = [RECEIPT.search(said) for said in crowd.told.values()]
    assert len({one.group() for one in receipts if one}) == len(crowd.told)
    assert cluster.ballots(cluster.village) == before + len(crowd.told)
    assert voted(cluster) >= set(crowd.told)
    # What the platform was told had arrived, was answered by whichever worker was left, once.
    wait_until_idle(cluster)
    for phone in phones:
        assert "\n".join(phone.read(start)).count("Saya Bilik") == 1


def requests(cluster: Cluster) -> dict[str, int]:
    """How many the proxy has sent to each server."""
    table = rolling.order(cluster.parts.proxy_socket, "show stat").removeprefix("# ").strip()
    return {
        f"{row['pxname']}/{row['svname']}": int(row["stot"])
        for row in csv.DictReader(table.splitlines())
        if row["type"] == "2"
    }


def test_a_worker_that_does_not_start_in_time_is_not_kept(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, servers = set(cluster.parts.pids()), requests(cluster).keys()
    monkeypatch.setattr(rolling, "READY_SECONDS", 0.1)
    with pytest.raises(BilikError, match=r"^actions-\d+ tidak menyala\. Lihat catatannya"):
        growing.grow(cluster.parts)
    assert set(cluster.parts.pids()) == there
    assert requests(cluster).keys() == servers
    assert (Path(cluster.parts.run) / growing.FILE).read_text() == ""
    assert Layout.read(Path(cluster.parts.run)) == cluster.parts


def test_a_pair_of_workers_is_added_while_people_vote_and_takes_part(cluster: Cluster) -> None:
    before, there = cluster.ballots(cluster.village), requests(cluster)
    with Crowd(cluster) as crowd:
        crowd.wait_for(3)
        cluster.layout = growing.grow(cluster.parts)
        new = {one.server for one in cluster.parts.workers} - set(there)
        assert new == {"chat/rasa-3", "actions/actions-3"}
        for _ in range(60):
            if min(requests(cluster)[one] for one in new) >= 4:
                break
            crowd.wait_for(1)
        # Nobody noticed that it came, nor that it was restarted as the others are.
        rolling.restart(cluster.parts, cluster.parts.of("chat")[-1])
        crowd.wait_for(3)
        assert crowd.again == 0
        taken = requests(cluster)
        cluster.kill(cluster.parts.of("actions")[-1].name)
        crowd.wait_for(3)
    assert min(taken[one] for one in new) >= 4, taken
    assert crowd.problems == []
    assert [said for said in crowd.told.values() if not RECEIPT.search(said)] == []
    assert cluster.ballots(cluster.village) == before + len(crowd.told)
    cluster.wait_until_ready()
    # Whoever looks after the cluster finds it, and so does the proxy when it starts anew.
    assert Layout.read(Path(cluster.parts.run)) == cluster.parts
    assert "server rasa-3 " in (Path(cluster.parts.run) / "servers.cfg").read_text()


def voted(cluster: Cluster) -> set[str]:
    """The NIKs of the village's voters who are marked."""
    hashes = {cluster.village.keys.nik_hash(nik): nik for nik, _ in cluster.village.pairs}
    query = select(voters.c.nik_hash).join(participations, participations.c.voter_id == voters.c.id)
    with cluster.village.database.read() as connection:
        return {hashes[row.nik_hash] for row in connection.execute(query) if row.nik_hash in hashes}


def test_redis_flushed_in_the_middle_of_a_talk_leads_to_no_wrong_step(cluster: Cluster) -> None:
    before = cluster.ballots(cluster.village)
    page = Page(cluster.url)
    page.say(" ".join(cluster.pair(cluster.village)))
    page.say("2")
    redis.Redis.from_url(cluster.parts.tracker_url).flushall()
    assert "nomor 2" in page.say("ya")
    assert cluster.ballots(cluster.village) == before
    assert "SUDAH" in page.say("ya")
    assert cluster.ballots(cluster.village) == before + 1


# -- the end, last of all -----------------------------------------------------------------------


def test_an_interrupt_ends_every_process(cluster: Cluster) -> None:
    pids = cluster.parts.pids()
    assert {"postgres", "redis", "proxy", "web", "keeper"} < set(pids)
    stop(cluster.process)
    assert [name for name, pid in pids.items() if Path(f"/proc/{pid}").exists()] == []
    assert health(f"{cluster.url}/chat") == 0
    chat = cluster.parts.of("chat")[0]
    for act in (lambda: rolling.restart(cluster.parts, chat), lambda: growing.grow(cluster.parts)):
        with pytest.raises(BilikError):
            act()
    with pytest.raises(BilikError, match="make run-cluster"):
        rolling.order(cluster.parts.proxy_socket, "show info")
