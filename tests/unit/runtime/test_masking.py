"""Values become dots, however they are spelt; and nothing else does."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from flyteops.runtime.masking import masker

VALUE = 'sésame/"open"+7f 3a'
KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQ\n-----END KEY-----\n"


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        repr(VALUE)[1:-1],
        json.dumps(VALUE)[1:-1],
        quote(VALUE, safe=""),
        VALUE.encode().hex(),
        base64.b64encode(VALUE.encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(VALUE.encode()).decode().rstrip("="),
    ],
)
def test_a_value_is_masked_in_every_spelling(form: str) -> None:
    assert masker([VALUE])(f"before {form} after") == "before ••• after"


def test_each_line_of_a_key_is_masked() -> None:
    assert masker([KEY])("got MIIEvQIBADANBgkq and\r\nhkiG9w0BAQ") == "got ••• and\r\n•••"


def test_short_values_and_none_leave_a_text_alone() -> None:
    assert masker(["abc", "", " "])("abc is the alphabet") == "abc is the alphabet"
    assert masker([])("all") == "all"


def test_the_longest_value_goes_first() -> None:
    assert masker(["sesame", "sesame-open"])("sesame-open sesame") == "••• •••"
