"""What gets slower as things grow: a long chat, a long roll, a full box.

Each pair is measured in the same run, in turns: the 200th message of a chat beside its 5th, over
HTTP with the servers that `make run` starts; the identity check and the cast beside those in an
election of a thousand voters whose box is empty. The large election has a million voters of whom
nearly all have voted. They were not made by voting, which would take hours, but written into the
tables: rows of the size and the indexes of real ones, with random contents. What is measured are
voters of flesh and blood, whose codes and ballots are real. `make bench-growth`; another size with
`python -m bench.growth 100000`.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import aiohttp

from bench.conversation import QUESTIONS
from bilik.services.outcomes import Kind
from tests.booth import Polling, set_up
from tests.elections import VILLAGE
from tests.installation import Installation, start

SMALL = 1_000
LARGE = 1_000_000
CHATS = 24
EARLY, LATE = range(4, 8), range(198, 202)
"""Which messages of a chat are compared, and answered the same."""
TIMED = 150
"""Voters who are measured in each of the two elections."""
BALLOT_BYTES = 8_300
_senders = count()


def long_chats(bilik: Installation) -> tuple[float, float]:
    """Median seconds for an answer to the messages around the 5th, and around the 200th."""
    early: list[float] = []
    late: list[float] = []

    async def chat(http: aiohttp.ClientSession) -> None:
        sender, (nik, code) = f"growth-{next(_senders)}", bilik.pair(bilik.village)
        texts = [f"nik {nik} kode {code}", *(QUESTIONS[at % len(QUESTIONS)] for at in range(202))]
        for at in (*EARLY, *LATE):
            texts[at] = QUESTIONS[at % 4]
        for number, text in enumerate(texts[: LATE.stop]):
            began = time.perf_counter()
            async with http.post(
                f"{bilik.url}/webhooks/rest/webhook", json={"sender": sender, "message": text}
            ) as answer:
                if not await answer.json():
                    raise RuntimeError("no answer")
            seconds = time.perf_counter() - began
            if number in EARLY:
                early.append(seconds)
            elif number in LATE:
                late.append(seconds)

    async def all_chats() -> None:
        async with aiohttp.ClientSession() as http:
            for _ in range(CHATS):
                await chat(http)

    asyncio.run(all_chats())
    return statistics.median(early), statistics.median(late)


def fill(database: Path, many: int, have_voted: bool) -> None:
    """Put so many further voters on the roll of the one election there."""
    source = random.Random(1)
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA synchronous = OFF")
    ((first,),) = connection.execute("SELECT max(id) + 1 FROM voters")
    connection.executemany(
        "INSERT INTO voters (id, election_id, nik_hash, nik_masked, name, tps, code_verifier) "
        "VALUES (?, 1, ?, '332901******0001', 'Siti Rahma', ?, ?)",
        (
            (first + at, key, f"{at % 1500:03d}", source.randbytes(32))
            for at, key in enumerate(hashes(many, source))
        ),
    )
    if have_voted:
        connection.executemany(
            "INSERT INTO participations (voter_id) VALUES (?)",
            ((first + at,) for at in range(many)),
        )
        connection.executemany(
            "INSERT INTO ballots "
            "(tracker, election_id, receipt, sealed, position, credential_hash) "
            "VALUES (?, 1, ?, ?, ?, ?)",
            (
                (key, f"{at:011d}", source.randbytes(BALLOT_BYTES), at + 1, source.randbytes(32))
                for at, key in enumerate(hashes(many, source))
            ),
        )
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()


def hashes(many: int, source: random.Random) -> Iterator[bytes]:
    """Spread as hashes are, and in order, so that a table is written from front to back."""
    for at in range(many):
        spread = at * (1 << 64) // many + source.getrandbits(40)
        yield spread.to_bytes(8, "big") + source.randbytes(24)


def seconds_of(act: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def booths(small: Polling, large: Polling) -> dict[str, tuple[float, float]]:
    """Median seconds of the identity check and the cast, in the small election and the large."""
    taken: dict[str, tuple[list[float], list[float]]] = {
        "identity check": ([], []), "cast": ([], []),
    }  # fmt: skip

    def vote(polling: Polling, voter: int, place: int) -> None:
        sender = f"web:{voter}"
        taken["identity check"][place].append(seconds_of(lambda: polling.identify(sender, voter)))
        readback = polling.booth.choose(sender, str(1 + voter % 3)).scene.readback
        outcomes = []
        cast = seconds_of(lambda: outcomes.append(polling.booth.confirm(sender, "ya", readback)))
        taken["cast"][place].append(cast)
        if outcomes[0].kind is not Kind.RECORDED:
            raise RuntimeError(f"not recorded: {outcomes[0].kind}")

    for voter in range(TIMED):
        for place, polling in enumerate((small, large)):
            vote(polling, voter, place)
    return {
        name: (statistics.median(few), statistics.median(many))
        for name, (few, many) in taken.items()
    }


def main(size: int) -> None:
    """Measure all three, and print the table."""
    with tempfile.TemporaryDirectory() as name:
        places = [Path(name) / one for one in ("small", "large", "chats")]
        for one in places:
            one.mkdir()
        small, large = (set_up(one, VILLAGE, voters=TIMED) for one in places[:2])
        print(f"Filling a roll and a box with {size:,} …", flush=True)
        fill(places[0] / "bilik.db", SMALL, have_voted=False)
        fill(places[1] / "bilik.db", size, have_voted=True)
        found = booths(small, large)
        with start(places[2], voters=CHATS) as bilik:
            early, late = long_chats(bilik)
    print("| ms | few | many | ratio |\n|---|---:|---:|---:|")
    rows = {
        "answer to the 5th and the 200th message of a chat": (early, late),
        **{
            f"{act}, {SMALL:,} voters and no ballots, {size:,} of each": of
            for act, of in found.items()
        },
    }
    for what, (few, many) in rows.items():
        print(f"| {what} | {few * 1e3:.2f} | {many * 1e3:.2f} | **{many / few:.2f}** |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LARGE)
