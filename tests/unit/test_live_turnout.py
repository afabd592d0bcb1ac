"""What turnout tells while people vote: nothing that shows a single voter of a few."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bilik.domain.live_turnout import MANY, STEP, in_steps, once_closed, while_voting
from bilik.domain.turnout import Station

STATIONS = st.lists(
    st.tuples(st.integers(STEP, 900), st.integers(0, 900)).map(lambda one: (max(one), min(one))),
    min_size=1,
    max_size=6,
).map(lambda found: [Station(f"{n:02d}", *one) for n, one in enumerate(found, start=1)])


def voters(stations: list[Station]) -> int:
    return sum(one.voters for one in stations)


def voted(stations: list[Station]) -> int:
    return sum(one.voted for one in stations)


@given(STATIONS, st.integers(0, 500))
def test_a_vote_between_two_batches_moves_the_total_of_many_and_nothing_else(
    at_batch: list[Station], since: int
) -> None:
    everyone, then = voters(at_batch), voted(at_batch)
    before = while_voting(everyone, then + since, at_batch)
    after = while_voting(everyone, then + since + 1, at_batch)
    assert after.stations == before.stations
    if everyone >= MANY:
        assert (before.voted, after.voted) == (then + since, then + since + 1)
    else:
        assert after == before
        assert after.at_least


@given(STATIONS)
def test_a_station_says_at_least_how_many_and_less_than_a_step_below(
    at_batch: list[Station],
) -> None:
    told = while_voting(voters(at_batch), voted(at_batch), at_batch)
    assert told.stations_at_least
    for one, real in zip(told.stations, at_batch, strict=False):
        assert one.voted % STEP == 0
        assert 0 <= real.voted - one.voted < STEP


def test_one_station_alone_is_not_told_beside_the_total_it_is() -> None:
    assert while_voting(300, 80, [Station("01", 300, 75)]).stations == ()


def test_after_the_closing_all_is_told() -> None:
    stations = [Station("01", 30, 12), Station("02", 40, 40)]
    told = once_closed(70, 52, stations)
    assert (told.voted, told.stations, told.at_least, told.stations_at_least) == (
        52, tuple(stations), False, False,
    )  # fmt: skip


def test_a_step_is_reached_with_its_last_vote() -> None:
    assert [in_steps(one) for one in (0, 24, 25, 49, 50)] == [0, 0, 25, 25, 50]
