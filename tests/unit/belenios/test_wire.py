from dataclasses import dataclass
from typing import Annotated

import pytest
from gmpy2 import mpz
from hypothesis import given
from hypothesis import strategies as st

from bilik.belenios import group, wire
from bilik.belenios.group import Element
from bilik.belenios.wire import Natural
from bilik.errors import InvalidRecord

Small = Annotated[mpz, Natural(1000)]


@dataclass(frozen=True)
class Leaf:
    number: Small
    text: str


@dataclass(frozen=True)
class Tree:
    flag: bool
    leaves: tuple[Leaf, ...]
    height: int
    remark: str | None = None


leaves = st.builds(Leaf, st.integers(0, 999).map(mpz), st.text())
trees = st.builds(
    Tree, st.booleans(), st.lists(leaves).map(tuple), st.integers(), st.none() | st.text()
)
PLAIN = b'{"flag":true,"leaves":[{"number":"12","text":"\xc3\xa9"}],"height":-1}'


@given(trees)
def test_what_is_encoded_is_decoded(tree: Tree) -> None:
    assert wire.decode(Tree, wire.encode(tree)) == tree


def test_fields_are_written_in_their_order_and_without_spaces() -> None:
    tree = Tree(True, (Leaf(mpz(12), "é"),), -1)
    assert wire.encode(tree) == PLAIN


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"flag":true', b'"flag": true'),
        (b'"flag":true', b'"flag":1'),
        (b'"flag":true', b'"flag":true,"flag":true'),
        (b'"flag":true,', b""),
        (b'"flag":true', b'"flag":true,"more":1'),
        (b'"12"', b'"012"'),
        (b'"12"', b'"1000"'),
        (b'"12"', b'"99999"'),
        (b'"12"', b'"-1"'),
        (b'"12"', b'"+1"'),
        (b'"12"', b'"1_2"'),
        (b'"12"', b'"\xd9\xa1"'),
        (b'"12"', b"12"),
        (b'"12"', b'""'),
        (b"-1}", b"-1.0}"),
        (b"-1}", b"true}"),
        (b"-1}", b"NaN}"),
        (b"-1}", b"1" * 5000 + b"}"),
        (b"-1}", b'-1,"remark":null}'),
        (b"\xc3\xa9", b"\\u00e9"),
        (b"\xc3\xa9", b"\\ud800"),
        (b"\xc3\xa9", b"\xff"),
        (b"[{", b"{"),
        (b'[{"number":"12","text":"\xc3\xa9"}]', b"[" * 100_000),
        (b"}]", b"}],"),
        (b"-1}", b"-1}\n"),
        (PLAIN, b""),
        (PLAIN, b"null"),
    ],
)
def test_whatever_is_written_otherwise_is_refused(old: bytes, new: bytes) -> None:
    assert old in PLAIN
    with pytest.raises(InvalidRecord):
        wire.decode(Tree, PLAIN.replace(old, new, 1))


def test_hashes_have_the_form_of_the_specification() -> None:
    assert wire.sha256_hex(b"") == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert wire.sha256_base64(b"") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"


@given(st.lists(st.integers(0, int(group.P) - 1).map(mpz)), st.integers(1, 3000))
def test_numbers_are_read_one_by_one_as_they_are_all_at_once(
    numbers: list[mpz], length: int
) -> None:
    data = wire.encode(tuple(numbers))
    assert tuple(wire.decode_numbers(Element, pieces_of(data, length))) == tuple(numbers)
    assert wire.decode(tuple[Element, ...], data) == tuple(numbers)


def pieces_of(data: bytes, length: int) -> list[bytes]:
    return [data[place : place + length] for place in range(0, len(data), length)]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[", b"]", b"{}", b'"1"', b'["1"', b'"1"]', b'{"1"]', b'["1",]', b'["1"] ', b' ["1"]',
        b'["1", "2"]', b'["1","2"]]', b'[1]', b'["01"]', b'["-1"]', b'["1"]["2"]', b'[["1"]]',
        '["١"]'.encode(), b'["%d"]' % int(group.P), b'["1","' + b"1" * 9000,
        b'["' + b"1" * 9000 + b'"]',
    ],
)  # fmt: skip
def test_a_list_of_numbers_in_any_other_form_is_refused(data: bytes) -> None:
    for length in (1, 2, 1000):
        with pytest.raises(InvalidRecord):
            tuple(wire.decode_numbers(Element, pieces_of(data, length)))
    with pytest.raises(InvalidRecord):
        wire.decode(tuple[Element, ...], data)
