"""Cursors are made by us and sent back by anybody."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from app.kernel.errors import NotFound
from app.kernel.numbers import LARGEST_ID, LARGEST_SERIAL, whole_number
from app.kernel.paging import decode_id, decode_position, encode_cursor, encode_position


def made_up(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_position_comes_back_as_it_was():
    at = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
    assert decode_position(encode_position(at, 17)) == (at, 17)


@pytest.mark.parametrize(
    "values",
    [
        '["soon",1]',
        '["2026-03-02T09:00:00",1]',
        '["0001-01-01T00:00:00+14:00",1]',
        '["2026-03-02T09:00:00+00:00","1"]',
        '["2026-03-02T09:00:00+00:00",1e999]',
        '["2026-03-02T09:00:00+00:00",NaN]',
        '["2026-03-02T09:00:00+00:00",true]',
        '["2026-03-02T09:00:00+00:00",-1]',
        f'["2026-03-02T09:00:00+00:00",{LARGEST_ID + 1}]',
        '["2026-03-02T09:00:00+00:00"]',
        "{}",
        "[" * 5000,
    ],
)
def test_a_made_up_position_is_a_page_that_does_not_exist(values):
    with pytest.raises(NotFound):
        decode_position(made_up(values))


@pytest.mark.parametrize("value", [str(LARGEST_ID + 1), "Infinity", '"1"', "null", "false"])
def test_a_made_up_id_is_a_page_that_does_not_exist(value):
    with pytest.raises(NotFound):
        decode_id(made_up(f"[{value}]"))


def test_what_the_product_numbers_itself_may_grow_larger():
    assert decode_id(encode_cursor(LARGEST_ID + 1), LARGEST_SERIAL) == LARGEST_ID + 1


def test_an_id_comes_back_as_it_was():
    assert decode_id(encode_cursor(LARGEST_ID)) == LARGEST_ID
    assert json.loads(base64.urlsafe_b64decode(encode_cursor(17) + "==")) == [17]


@pytest.mark.parametrize("typed", ["", "-1", "²", "٣", "1.0", " 1", "0x1", "9" * 5000, str(LARGEST_ID + 1)])
def test_what_is_no_whole_number_is_none(typed):
    assert whole_number(typed) is None


def test_whole_numbers_are_read():
    assert [whole_number(typed) for typed in ("0", "17", str(LARGEST_ID))] == [0, 17, LARGEST_ID]
