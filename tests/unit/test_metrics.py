"""Figures for whoever watches over the servers: what they tell, and what they do not."""

from __future__ import annotations

import re
import urllib.request

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bilik.errors import SettingsError
from bilik.metrics_port import PROCESSES, serve
from bilik.services import metrics
from bilik.services.activity import Meter
from bilik.services.metrics import STEP, TOLD_AT_ONCE, Messages, Outcomes
from bilik.services.outcomes import Kind
from bilik.settings import Settings

LABELS = {
    "channel", "election", "kind", "le", "outcome", "part", "platform", "reason", "route", "status",
}  # fmt: skip
"""All that a label may be. None is a voter's, a station's or a candidate's."""


def told(outcomes: Outcomes) -> dict[str, float]:
    (family,) = outcomes.collect()
    return {one.labels["kind"]: one.value for one in family.samples}


def configured(port: int | None, host: str = "127.0.0.1") -> Settings:
    return Settings("sqlite:///:memory:", bytes(32), metrics_host=host, metrics_port=port)


def fetched(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert "Python" not in answer.headers["Server"]
        return str(answer.read().decode())


@given(st.lists(st.sampled_from(list(Kind)), max_size=200))
def test_no_single_step_of_a_voter_moves_a_figure(kinds: list[Kind]) -> None:
    outcomes = Outcomes()
    for kind in kinds:
        outcomes.note(kind)
    for kind in Kind:
        count, figure = kinds.count(kind), told(outcomes)[kind.value]
        assert figure == count if kind in TOLD_AT_ONCE else figure == count // STEP * STEP


def test_what_is_told_at_once_is_a_refusal_and_no_way_to_a_vote() -> None:
    assert not TOLD_AT_ONCE & {
        Kind.IDENTIFIED, Kind.ALREADY_VOTED, Kind.READ_BACK, Kind.RECORDED, Kind.NOT_A_YES,
        Kind.ASK_CONTEST, Kind.STOPPED, Kind.LETTER_REPLACED, Kind.LOST_NOTED,
    }  # fmt: skip


def test_labels_are_few_and_name_nobody() -> None:
    for family in metrics.registry.collect():
        assert family.name.startswith(("bilik_", "process_"))
        for sample in family.samples:
            assert set(sample.labels) <= LABELS


def test_the_meter_s_own_counts_are_shown_and_not_kept_twice() -> None:
    meter, registry = Meter(), CollectorRegistry()
    registry.register(Messages(meter))
    for _ in range(3):
        meter.took("web")
    meter.answered("web")
    meter.gave_up("web")
    meter.failed("sms")
    samples = {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(generate_latest(registry).decode())
        for one in family.samples
    }
    assert samples["bilik_messages_total", "web", "taken"] == 3
    assert samples["bilik_messages_total", "web", "failed"] == 1
    assert samples["bilik_messages_total", "sms", "failed"] == 1
    assert samples["bilik_messages_in_progress", "web"] == 1


def test_ballots_that_wait_are_told_in_steps_and_forgotten_when_published() -> None:
    metrics.tell_waiting({"sukamaju-2026": STEP + 1, "lain": 1})
    told = generate_latest(metrics.registry).decode()
    assert f'bilik_ballots_unpublished{{election="sukamaju-2026"}} {STEP}.0' in told
    assert 'bilik_ballots_unpublished{election="lain"} 0.0' in told
    metrics.tell_waiting({})
    assert "sukamaju" not in generate_latest(metrics.registry).decode()


def test_each_process_of_a_host_takes_the_next_port_and_nothing_is_served_unasked() -> None:
    assert serve("keeper", configured(None)) is None
    first, second = serve("keeper", configured(39464)), serve("web", configured(39464))
    assert first is not None
    assert second is not None
    try:
        assert first.server_port < second.server_port < 39464 + PROCESSES
        assert first.server_address[0] == second.server_address[0] == "127.0.0.1"
        shown = fetched(second.server_port)
        assert re.search(r'^bilik_part\{part="web"\} 1', shown, re.MULTILINE)
        assert "process_resident_memory_bytes" in shown
    finally:
        for one in (first, second):
            one.shutdown()
            one.server_close()
    with pytest.raises(SettingsError, match="BILIK_METRICS_PORT"):
        serve("web", configured(39464, host="192.0.2.1"))
