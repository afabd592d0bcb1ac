"""The server's keys: one root secret, a separate key for each purpose, and sealing with them.

Keys come from the root by HKDF-SHA256 (RFC 5869). Sealing is ChaCha20-Poly1305 (RFC 8439) with a
random nonce; the context is authenticated with it, so that no sealed value can be moved elsewhere.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
_STRETCHED_BYTES = 32
CODE_MEMORY_KIB = 8 * 1024
CODE_PASSES = 2


class SealBroken(Exception):
    """A sealed value was altered, moved, or sealed with another key."""


class Sealer:
    """Seals bytes with one key."""

    def __init__(self, key: bytes) -> None:
        """``key`` has 32 bytes."""
        self._cipher = ChaCha20Poly1305(key)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Sealed bytes, 28 longer than ``plain``."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, context)

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """What was sealed.

        Raises:
            SealBroken: the value was not sealed with this key in this context.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], context)
        except (InvalidTag, ValueError):
            raise SealBroken from None


@dataclass(frozen=True, repr=False)
class CodeSecrets:
    """What one voter's voting code comes to, in two parts that tell nothing of each other.

    The database keeps ``verifier``. ``seed`` is what the voter's credentials are made from, and is
    kept nowhere.
    """

    verifier: bytes
    seed: bytes


@dataclass(frozen=True, repr=False)
class CodeStretcher:
    """What makes a code's secrets: it holds one key only, and may be handed to other processes."""

    key: bytes

    def __call__(self, context: bytes, code: str) -> CodeSecrets:
        """A letter's code, stretched once: Argon2id (RFC 9106) over its context and code.

        ``context`` says whose letter it is: the voter's keyed NIK hash, or a spare letter's number
        (see :func:`bilik.services.credentials.spare_context`). As it goes into the salt, a code can
        be neither looked up nor tested without the server's key, and each guess costs memory and
        time even with it. HKDF takes the verifier and the seed from it with different labels.
        """
        salt = hmac.digest(self.key, context, "sha256")[:16]
        stretched = hash_secret_raw(
            code.encode(), salt, CODE_PASSES, CODE_MEMORY_KIB, 1, _STRETCHED_BYTES, Type.ID
        )
        return CodeSecrets(_expand(stretched, "code-verifier"), _expand(stretched, "credential"))


class Keys:
    """All keys of one installation."""

    def __init__(self, secret: bytes) -> None:
        """Derive them from the installation's 32-byte secret."""
        self._secret = secret
        self._nik = self._derive("nik")
        self._phone = self._derive("phone")
        self._sender = self._derive("sender")
        self._tracker = self._derive("tracker")
        self._attempt = self._derive("attempt")
        self._message = self._derive("message")
        self._chat = self._derive("chat")
        self._webhook = self._derive("webhook")
        self._page = self._derive("page")
        self._trustee = self._derive("trustee")
        self._reminder = self._derive("reminder")
        self._password = self._derive("password")
        self._device = self._derive("device")
        self.code_secrets = CodeStretcher(self._derive("code"))
        self.sessions = Sealer(self._derive("session"))
        self.sums = Sealer(self._derive("sum"))
        self.mailbox = Sealer(self._derive("mailbox"))
        self.outbox = Sealer(self._derive("outbox"))
        self.totp = Sealer(self._derive("totp"))

    def _derive(self, purpose: str) -> bytes:
        return _expand(self._secret, purpose)

    def nik_hash(self, nik: str) -> bytes:
        """The form in which a NIK is stored and looked up."""
        return _mac(self._nik, nik)

    def phone_hash(self, phone: str) -> bytes:
        """The form in which a telephone number (E.164) is stored and compared."""
        return _mac(self._phone, phone)

    def sender_hash(self, sender: str) -> bytes:
        """The form in which a chat's sender id is stored."""
        return _mac(self._sender, sender)

    def tracker_name(self, sender: str) -> str:
        """The form in which Rasa's tracker store keeps a chat's sender id: 64 hexadecimal digits.

        It has a key of its own, so that a tracker cannot be matched with a session.
        """
        return _mac(self._tracker, sender).hex()

    def chat_hash(self, sender: str) -> bytes:
        """The form in which a channel's memory of a chat is stored; not that of its session."""
        return _mac(self._chat, sender)

    def message_hash(self, channel: str, message_id: str) -> bytes:
        """The form in which a platform's message id is stored."""
        return _mac(self._message, f"{channel}\0{message_id}")

    def webhook_token(self, channel: str) -> str:
        """What a platform that signs nothing has to present with each request: 64 hex digits."""
        return _mac(self._webhook, channel).hex()

    def page_token(self, session: str) -> str:
        """What goes with a chat page's session, so that none can be made up: 64 hex digits."""
        return _mac(self._page, session).hex()

    def trustee_token(self, election: str, begun: int, trustee: str) -> str:
        """What goes with a trustee's personal link, so that none can be made up: 32 hex digits.

        ``election`` is its uuid, ``begun`` how often its key ceremony was begun anew.
        """
        return _mac(self._trustee, f"{election}\0{begun}\0{trustee}").hex()[:32]

    def reminder_hash(self, uuid: str, phone: str) -> bytes:
        """The form in which it is kept that a number was reminded of an election."""
        return _mac(self._reminder, f"{uuid}\0{phone}")

    def password_input(self, password: str) -> bytes:
        """What of a password at the desk is hashed: a stolen database alone lets nobody guess."""
        return _mac(self._password, password).hex().encode()

    def device_mark(self, account: bytes, device: str) -> str:
        """What a browser keeps that has signed in to an account: 64 hexadecimal digits."""
        return hmac.digest(self._device, account + device.encode(), "sha256").hex()

    def attempt_hash(self, kind: str, subject: bytes) -> bytes:
        """The form in which wrong attempts are counted, for a sender or a NIK."""
        return hmac.digest(self._attempt, kind.encode() + b"\0" + subject, "sha256")


def _expand(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"bilik/{purpose}/1".encode()).derive(secret)


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
