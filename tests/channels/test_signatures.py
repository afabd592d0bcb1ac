"""Signatures: who has the secret is believed, and nobody else; in the same time for all."""

import ast
import base64
import hmac
import inspect

from hypothesis import given
from hypothesis import strategies as st

from assistant.channels import signatures
from assistant.channels.signatures import is_signed_base64, is_signed_hex, same

SECRETS = st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=40)


@given(st.binary(max_size=200), SECRETS, SECRETS, st.binary(max_size=200))
def test_only_the_right_secret_over_the_very_bytes_is_believed(
    body: bytes, secret: str, other_secret: str, other_body: bytes
) -> None:
    def headers(body: bytes, secret: str) -> tuple[str, str]:
        digest = hmac.new(secret.encode(), body, "sha256")
        return f"sha256={digest.hexdigest()}", base64.b64encode(digest.digest()).decode()

    is_same = (body, secret) == (other_body, other_secret)
    for is_signed, at in ((is_signed_hex, 0), (is_signed_base64, 1)):
        assert is_signed(body, secret, headers(body, secret)[at])
        assert is_signed(body, secret, headers(other_body, other_secret)[at]) is is_same


@given(st.text(max_size=80), st.text(max_size=80))
def test_two_secrets_are_the_same_only_if_they_are_and_an_empty_one_never(
    given_one: str, expected: str
) -> None:
    assert same(given_one, expected) is (given_one == expected != "")
    assert not same(expected, "")
    assert same(expected, expected) is bool(expected)


def test_nothing_is_compared_but_by_the_comparison_that_takes_the_same_time() -> None:
    tree = ast.parse(inspect.getsource(signatures))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    assert "compare_digest" in inspect.getsource(same)
