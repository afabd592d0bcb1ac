import pytest

from bilik.keys import Keys, SealBroken, Sealer

SECRET = bytes(range(32))


def test_what_is_sealed_opens_only_with_its_key_and_in_its_context() -> None:
    keys = Keys(SECRET)
    sealed = keys.sessions.seal(b"isi", b"kotak")
    assert keys.sessions.unseal(sealed, b"kotak") == b"isi"
    for sealer, content, context in [
        (Sealer(SECRET), sealed, b"kotak"),
        (keys.sessions, sealed, b"lain"),
        (keys.sessions, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"kotak"),
        (keys.sessions, b"", b"kotak"),
        (Keys(bytes(32)).sessions, sealed, b"kotak"),
    ]:
        with pytest.raises(SealBroken):
            sealer.unseal(content, context)


def test_the_same_value_has_another_hash_for_every_purpose_and_key() -> None:
    keys, other = Keys(SECRET), Keys(bytes(32))
    hashes = {
        keys.nik_hash("1"), keys.phone_hash("1"), keys.sender_hash("1"), other.nik_hash("1"),
        keys.attempt_hash("nik", b"1"), keys.attempt_hash("sender", b"1"),
    }  # fmt: skip
    assert len(hashes) == 6
    assert keys.nik_hash("1") == Keys(SECRET).nik_hash("1")


def test_a_code_verifier_belongs_to_one_voter_and_one_code() -> None:
    keys = Keys(SECRET)
    one = keys.code_secrets(keys.nik_hash("1"), "7KQ2M9XDM")
    assert one == keys.code_secrets(keys.nik_hash("1"), "7KQ2M9XDM")
    others = [
        keys.code_secrets(keys.nik_hash("2"), "7KQ2M9XDM"),
        keys.code_secrets(keys.nik_hash("1"), "7KQ2M9XEA"),
        Keys(bytes(32)).code_secrets(keys.nik_hash("1"), "7KQ2M9XDM"),
    ]
    assert (
        len(
            {
                one.verifier,
                one.seed,
                *(secret for other in others for secret in (other.verifier, other.seed)),
            }
        )
        == 8
    )
    assert "seed" not in repr(one)
