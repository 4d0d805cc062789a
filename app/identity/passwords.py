"""How passwords are kept and judged.

Argon2id with the library's current defaults (RFC 9106, the second recommended option). Hashing takes tens of
milliseconds on purpose: do it before opening a unit of work.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.low_level import ARGON2_VERSION

from app.kernel.errors import Invalid

SHORTEST, LONGEST = 10, 200
"""In characters. Length is the rule that counts (NIST SP 800-63B, 3.1.1.2); the longest bounds the work."""
COMMON = frozenset(
    {
        "0123456789", "1111111111", "1q2w3e4r5t", "1qaz2wsx3edc", "1234567890", "12345678910", "123456789a",
        "9876543210", "a123456789", "abcdefghij", "administrator", "basketball", "changeme123", "football123",
        "iloveyou123", "letmein123", "monkey1234", "p@ssw0rd123", "passw0rd123", "password01", "password12",
        "password123", "password1234", "passwordpassword", "peerdesk123", "princess123", "q1w2e3r4t5", "qwertyuiop",
        "qwerty12345", "qwerty123456", "qwertz12345", "qwertzuiop", "sommer2025", "sommer2026", "summer2025",
        "summer2026", "sunshine123", "superman123", "test123456", "trustno1234", "welcome123", "welcome1234",
        "willkommen", "winter2025", "winter2026", "zaq12wsxcde",
    }
)  # fmt: skip
"""Long enough, and tried first by everybody who guesses. Compared in lower case."""


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password somebody chose: the text to judge, and its hash, made before the transaction was opened."""

    plain: str = field(repr=False)
    hash: str = field(repr=False)


def _hash_of_nobody(hasher: PasswordHasher) -> str:
    """Return a hash that is as slow to compare as a real one, without the cost of hashing at every start."""
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, digest = b64encode(bytes(hasher.salt_len)), b64encode(bytes(hasher.hash_len))
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt.decode().rstrip('=')}${digest.decode().rstrip('=')}"


_hasher = PasswordHasher()
_NOBODY = _hash_of_nobody(_hasher)


def hash_password(password: str) -> str:
    """Return what the database keeps."""
    return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether a password is the right one; takes as long when there is no account."""
    try:
        _hasher.verify(password_hash or _NOBODY, password[: LONGEST + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def ensure_strong(password: str, *about_the_person: str, field: str = "password") -> None:
    """Refuse a password that is guessed within the first thousand tries.

    Args:
        password: what the person chose.
        about_the_person: their name, address and the like; none of them may be the password.
        field: the input that shows the refusal.

    Raises:
        Invalid: with the rule that it breaks.

    """
    plain = password.casefold().strip()
    if len(password) < SHORTEST:
        raise Invalid(field, "identity.password_too_short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid(field, "identity.password_too_long", longest=LONGEST)
    if plain in COMMON or len(set(plain)) <= 2:  # noqa: PLR2004  # "aaaaaaaaaa", "abababababab"
        raise Invalid(field, "identity.password_common")
    if plain in {word.casefold() for word in about_the_person if word}:
        raise Invalid(field, "identity.password_is_name")
