"""Requests that a platform signs, and that make no sense."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from tests.channels.phones import (
    KINDS,
    LinePhone,
    Phone,
    Request,
    TwilioPhone,
    WhatsAppPhone,
)
from tests.fuzz.hostile import DEEP, as_body, mutated, noise, printable, texts

__all__ = ["KINDS", "requests"]


def requests(phone: Phone) -> st.SearchStrategy[Request]:
    """Requests with right and wrong signatures, and contents of every sort."""
    signed = _forms(phone) if isinstance(phone, TwilioPhone) else _jsons(phone)
    return st.one_of(signed, signed, signed, signed.flatmap(_signed_otherwise))


def _jsons(phone: Phone) -> st.SearchStrategy[Request]:
    content = json.loads(phone.request("apa kabar").body)
    bodies = st.one_of(
        mutated(content).map(as_body),
        mutated(content).flatmap(mutated).map(as_body),
        texts.map(lambda one: _with_text(phone, one)),
        noise,
        st.sampled_from(DEEP),
        st.binary(max_size=200).map(lambda one: as_body(content)[:-1] + one),
    )
    return bodies.map(lambda body: sign(phone, body))


def _with_text(phone: Phone, text: str) -> bytes:
    content = json.loads(phone.request("apa kabar").body)
    return as_body(_replaced(content, text))


def _replaced(content: Any, text: str) -> Any:
    if isinstance(content, dict):
        return {key: _replaced(value, text) for key, value in content.items()}
    if isinstance(content, list):
        return [_replaced(one, text) for one in content]
    return text if content == "apa kabar" else content


def sign(phone: Phone, body: bytes) -> Request:
    """That body with the signature that its platform would give it."""
    import base64
    import hmac

    from tests.channels.platforms import LINE_SECRET

    if isinstance(phone, WhatsAppPhone):
        return phone.signed(body)
    request = phone.request("x")
    if isinstance(phone, LinePhone):
        digest = hmac.digest(LINE_SECRET.encode(), body, "sha256")
        return replace(
            request, body=body, headers={"X-Line-Signature": base64.b64encode(digest).decode()}
        )
    return replace(request, body=body)


_NAMES = (
    "From", "To", "Body", "MessageSid", "AccountSid", "NumMedia", "MediaContentType0", "Latitude",
    "ButtonText", "MessageStatus", "ErrorCode",
)  # fmt: skip


@st.composite
def _forms(draw: st.DrawFn, phone: TwilioPhone) -> Request:
    fields = draw(st.dictionaries(st.sampled_from(_NAMES), printable, max_size=4))
    path = draw(st.sampled_from([phone.path, "/webhooks/twilio/status"]))
    base = dict(
        one.split("=", 1) for one in phone.request("apa kabar").body.decode().split("&")
    )  # still encoded
    from urllib.parse import unquote_plus

    form = {name: unquote_plus(value) for name, value in base.items()} | fields
    request = phone.signed(path, form)
    if draw(st.integers(0, 3)) == 0:
        return replace(request, body=draw(noise))
    if draw(st.integers(0, 3)) == 0:
        return replace(request, body=urlencode(form, encoding="latin-1", errors="replace").encode())
    return request


def _signed_otherwise(request: Request) -> st.SearchStrategy[Request]:
    names = [one for one in request.headers if one.lower().startswith("x-")]
    odd = st.one_of(
        st.sampled_from(["", "0", "sha256=", "sha256=" + "0" * 64, "=" * 5000, "\x80\xff", "=?="]),
        st.text(
            st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"),
            max_size=30,
        ),
    )
    return odd.map(
        lambda text: replace(request, headers={**request.headers, **dict.fromkeys(names, text)})
    )
