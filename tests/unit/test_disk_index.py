"""An index on disk is a dictionary that happens not to be in memory."""

from hypothesis import given
from hypothesis import strategies as st

from bilik.disk_index import DiskIndex

KEYS = st.one_of(st.binary(max_size=3), st.binary(min_size=32, max_size=32))
ACTS = st.lists(
    st.tuples(st.sampled_from(["add", "change", "remove", "get"]), KEYS, st.integers(0, 9))
)


@given(ACTS)
def test_it_does_what_a_dictionary_does(acts: list[tuple[str, bytes, int]]) -> None:
    index, expected = DiskIndex(), dict[bytes, int]()
    for act, key, number in acts:
        if act == "add":
            assert index.add(key, number) == (key not in expected)
            expected.setdefault(key, number)
        elif act == "change":
            index.change(key, number)
            if key in expected:
                expected[key] = number
        elif act == "remove":
            assert index.remove(key) == (expected.pop(key, None) is not None)
        assert index.get(key) == expected.get(key)
        assert (key in index) == (key in expected)
        assert len(index) == len(expected)
    assert list(index) == sorted(expected)


def test_more_than_its_memory_holds_is_found_again() -> None:
    index = DiskIndex()
    keys = [number.to_bytes(256, "big") for number in range(40_000)]  # some 10 MB
    assert all(index.add(key, place) for place, key in enumerate(keys))
    assert not index.add(keys[0])
    assert all(index.get(keys[place]) == place for place in range(0, 40_000, 999))
    assert list(index) == keys
