"""Figures for whoever watches over the servers, as Prometheus reads them.

Each process has its own and serves them itself, on an address that no proxy passes on
(:mod:`bilik.metrics_port`). They are kept by people who watch machines, for weeks, with a time to
each; so they must say of voters less than the database does:

- no label is a voter's, a sender's, a station's, a candidate's or a text's; all labels have few
  values, which stand in the source code or in an election's code;
- what tells how far a voter has come moves in steps of :data:`STEP`, as what is published does, and
  in none smaller. Beside a list of who was on the network when, a figure that moved with each cast
  would be the list of when each of them voted;
- the time that an act takes is not told by act, for the same reason;
- no result, not even an interim one, and no turnout.
"""

from __future__ import annotations

import threading
from collections import Counter as Tally
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bilik.services.activity import Meter, the_meter
from bilik.services.batches import BATCH
from bilik.services.outcomes import Kind

STEP = BATCH
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8)

TOLD_AT_ONCE = frozenset(
    {
        Kind.ODD_NIK, Kind.ODD_CODE, Kind.WRONG_PAIR, Kind.TOO_MANY, Kind.WRONG_NUMBER,
        Kind.NO_NUMBER, Kind.NOT_OPEN, Kind.PAUSED, Kind.CLOSED,
    }
)  # fmt: skip
"""Refusals of strangers or of everybody. All else is one voter's way to a vote."""

registry = CollectorRegistry()

message_seconds = Histogram(
    "bilik_message_seconds", "From a message to its answer.", ["channel"],
    buckets=_SECONDS, registry=registry,
)  # fmt: skip
checking = Counter(
    "bilik_checking_answers", "Messages answered with: it is being checked, ask again.",
    ["channel"], registry=registry,
)  # fmt: skip
outgoing_failures = Counter(
    "bilik_outgoing_failures", "Requests that a chat platform did not take.",
    ["platform", "reason"], registry=registry,
)  # fmt: skip
action_seconds = Histogram(
    "bilik_action_seconds", "One act with its answer, whichever it is.",
    buckets=_SECONDS, registry=registry,
)  # fmt: skip
page_requests = Counter(
    "bilik_page_requests", "Requests for pages.", ["route", "status"], registry=registry
)
page_seconds = Histogram(
    "bilik_page_seconds", "From a request to the beginning of its answer.",
    buckets=_SECONDS, registry=registry,
)  # fmt: skip
keeper_pass_time = Gauge(
    "bilik_keeper_last_pass_timestamp_seconds", "When the keeper last came round.",
    registry=registry,
)  # fmt: skip
keeper_pass_seconds = Gauge(
    "bilik_keeper_pass_seconds", "How long its last round took.", registry=registry
)
keeper_problems = Gauge(
    "bilik_keeper_problems", "What is due and could not be done.", registry=registry
)
mailbox_waiting = Gauge(
    "bilik_mailbox_messages", "Messages and answers that wait, for any server.", registry=registry
)
mailbox_oldest = Gauge(
    "bilik_mailbox_oldest_seconds", "How long the first of them has been due.", registry=registry
)
delayed_chats = Gauge(
    "bilik_delayed_chats", "Chats that have to wait after wrong codes.", registry=registry
)
sessions = Gauge("bilik_sessions", f"Voters at it, in steps of {STEP}.", registry=registry)
chain_lag = Gauge(
    "bilik_ballots_unpublished", f"Ballots that wait for the chain, in steps of {STEP}.",
    ["election"], registry=registry,
)  # fmt: skip
database_up = Gauge(
    "bilik_database_up", "Whether the keeper's last look at the database succeeded.",
    registry=registry,
)  # fmt: skip
model_trained = Gauge(
    "bilik_model_trained_timestamp_seconds", "When the model that this server reads with was made.",
    registry=registry,
)  # fmt: skip
part = Gauge("bilik_part", "Which part of Bilik this process is.", ["part"], registry=registry)


def in_steps(count: int) -> int:
    """A count as it may be told: rounded down."""
    return count - count % STEP


class Outcomes(Collector):
    """What came of voters' acts in this process, by kind."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._lock = threading.Lock()
        self._counts: Tally[Kind] = Tally()

    def note(self, kind: Kind) -> None:
        """One more."""
        with self._lock:
            self._counts[kind] += 1

    def collect(self) -> Iterator[Metric]:
        """As they may be told."""
        family = CounterMetricFamily(
            "bilik_outcomes",
            f"What came of voters' acts; those on the way to a vote in steps of {STEP}.",
            labels=["kind"],
        )
        with self._lock:
            counts = dict(self._counts)
        for kind in Kind:
            count = counts.get(kind, 0)
            told = count if kind in TOLD_AT_ONCE else in_steps(count)
            family.add_metric([kind.value], told)
        yield family


class Messages(Collector):
    """The counts of a meter, which the panitia's live view shows as well."""

    def __init__(self, meter: Meter) -> None:
        """Read them when asked."""
        self._meter = meter

    def collect(self) -> Iterator[Metric]:
        """By channel and what became of them, and how many are being answered."""
        messages = CounterMetricFamily(
            "bilik_messages", "Messages by channel: taken, answered, failed.",
            labels=["channel", "outcome"],
        )  # fmt: skip
        waiting = GaugeMetricFamily(
            "bilik_messages_in_progress", "Messages being answered now.", labels=["channel"]
        )
        for channel, one in sorted(self._meter.counts().items()):
            for outcome in ("taken", "answered", "failed"):
                messages.add_metric([channel, outcome], getattr(one, outcome))
            waiting.add_metric([channel], one.waiting)
        yield messages
        yield waiting


outcomes = Outcomes()
registry.register(outcomes)
registry.register(Messages(the_meter))
ProcessCollector(registry=registry)


def tell_waiting(unpublished: Mapping[str, int]) -> None:
    """Ballots that wait for the chain, by election; those no longer named are told no more."""
    chain_lag.clear()
    for slug, count in unpublished.items():
        chain_lag.labels(slug).set(in_steps(count))
