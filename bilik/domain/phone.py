"""Telephone numbers as people write them, in the one form that is stored: E.164."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

_REGION = "ID"
_SEPARATORS = re.compile(r"[\s().'’-]")
_FORMS = re.compile(r"(?:\+?62(?:0)?|0)?(\d+)", re.ASCII)
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def normal_phone(text: str) -> str | None:
    """A mobile number in E.164 (``+62812…``); empty stays empty, None if it is none.

    ``08…``, ``62…``, ``+62…`` and ``8…``, whose zero a spreadsheet took, are Indonesian. A number
    of another country begins with ``+``.
    """
    plain = _without_marks(text)
    if not plain:
        return ""
    # The library takes 0.1 ms a number, which is minutes for a province. Nearly all numbers are
    # plain, and for those its numbering plan alone gives the same answer.
    bare = plain if plain.isdigit() else _SEPARATORS.sub("", plain)
    match = _FORMS.fullmatch(bare)
    if match and _indonesian_mobile().fullmatch(match.group(1)):
        return f"+62{match.group(1)}"
    return _by_library(plain)


def _by_library(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    if phonenumbers.number_type(number) not in _MOBILE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@cache
def _indonesian_mobile() -> re.Pattern[str]:
    plan = PhoneMetadata.metadata_for_region(_REGION)
    pattern = plan.mobile.national_number_pattern if plan and plan.mobile else None
    return re.compile(pattern or "(?!)", re.ASCII)


def _without_marks(text: str) -> str:
    """Without the invisible marks that come along when a number is copied from a telephone."""
    if text.isascii():
        return text.strip()
    plain = unicodedata.normalize("NFKC", text)
    return "".join(one for one in plain if unicodedata.category(one) != "Cf").strip()
