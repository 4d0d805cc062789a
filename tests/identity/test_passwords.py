from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError

from app.identity import passwords
from app.identity.passwords import COMMON, SHORTEST, ensure_strong, hash_password, matches, needs_rehash
from app.kernel.errors import Invalid
from tests.identity.conftest import PASSWORD
from tests.support.hashing import CHEAP, PRODUCT, hash_with


@pytest.fixture(autouse=True)
def as_the_product_does_it() -> Iterator[None]:
    hash_with(PRODUCT)
    yield
    hash_with(CHEAP)


def test_a_password_matches_its_own_hash_only() -> None:
    known = hash_password(PASSWORD)
    assert matches(PASSWORD, known)
    assert not matches("another one entirely", known)


def test_nobody_matches_an_account_without_a_password() -> None:
    assert not matches("nobody has this password", None)


def test_comparing_with_nobodys_password_is_as_much_work_as_with_somebodys() -> None:
    nobodys = passwords._NOBODY
    assert extract_parameters(nobodys) == extract_parameters(hash_password(PASSWORD))
    with pytest.raises(VerifyMismatchError):  # it was computed and compared, not refused unread
        PRODUCT.verify(nobodys, PASSWORD)


def test_a_hash_is_argon2id_of_today() -> None:
    today = hash_password(PASSWORD)
    assert today.startswith("$argon2id$")
    assert not needs_rehash(today)
    assert PRODUCT.memory_cost * PRODUCT.time_cost >= 3 * 64 * 1024, "the second recommended option of RFC 9106"
    assert needs_rehash(CHEAP.hash(PASSWORD))
    assert needs_rehash("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$YWJjZGVmZ2hpamtsbW5vcA")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "identity.password_too_short"),
        ("x" * 201, "identity.password_too_long"),
        ("Password123", "identity.password_common"),
        ("aaaaaaaaaaaa", "identity.password_common"),
        ("mia@example.org", "identity.password_is_name"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        ensure_strong(password, "Mia Chen", "mia@example.org")
    assert caught.value.reason == reason


def test_every_common_password_in_the_list_is_long_enough_to_matter() -> None:
    assert all(len(word) >= SHORTEST and word == word.casefold() for word in COMMON)


def test_hashing_twice_gives_two_salts() -> None:
    assert hash_password(PASSWORD) != hash_password(PASSWORD)
