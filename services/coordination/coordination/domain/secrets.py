"""Logins, passwords and PINs: what is taken, and how passwords are kept.

Argon2id with OWASP's least parameters (19 MiB, two passes, one lane): about 30 ms on one core. The entrance's morning
queue signs in a dozen people at once on a small office machine, so more would be felt there; guessing is held back by
the throttle, which counts over all processes.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from common.errors import Invalid

LEAST_LENGTH = 10
MOST_LENGTH = 200
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,58}[a-z0-9]")
_PIN = re.compile(r"[0-9]{4,6}")
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NOBODY = _HASHER.hash("there is no such account")
"""Checked for logins that do not exist, so that they take as long as others."""


def normalise_login(login: str) -> str:
    """A login in its one spelling: NFKC, lower case, no outer spaces."""
    return unicodedata.normalize("NFKC", login).strip().lower()


def checked_login(login: str) -> str:
    """The login in its one spelling. Raises Invalid `login.form`."""
    cleaned = normalise_login(login)
    if not _LOGIN.fullmatch(cleaned):
        raise Invalid(
            "login.form",
            "A login has 3 to 60 characters: a to z, digits, and . _ @ - inside.",
            "登录名为3至60个字符：小写字母、数字，中间可用 . _ @ -。",
            field="login",
        )
    return cleaned


def checked_password(password: str, login: str) -> str:
    """The password as typed. Raises Invalid `password.short`, `.long`, `.login`, `.same`."""
    if len(password) < LEAST_LENGTH:
        raise Invalid(
            "password.short",
            "The password has {length} characters; it takes {least} or more. A sentence is easy to remember.",
            "密码为{length}位，至少需要{least}位；可用一句话，便于记忆。",
            field="password",
            length=len(password),
            least=LEAST_LENGTH,
        )
    if len(password) > MOST_LENGTH:
        raise Invalid(
            "password.long",
            "The password has more than {most} characters.",
            "密码超过{most}位。",
            field="password",
            most=MOST_LENGTH,
        )
    plain = normalise_login(password)
    if login and (login in plain or plain in login):
        raise Invalid(
            "password.login", "The password is much like the login.", "密码不能与登录名相同。", field="password"
        )
    if len(set(password)) < 4:
        raise Invalid(
            "password.same",
            "The password repeats the same few characters.",
            "密码只是几个字符的重复，请换一个。",
            field="password",
        )
    return password


def checked_pin(pin: str) -> str:
    """A PIN of 4 to 6 digits. Raises Invalid `pin.form`, `pin.simple`."""
    cleaned = unicodedata.normalize("NFKC", pin).strip()
    if not _PIN.fullmatch(cleaned):
        raise Invalid("pin.form", "A PIN has 4 to 6 digits.", "口令码为4至6位数字。", field="pin")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(cleaned)}
    if steps in ({0}, {1}, {9}):
        raise Invalid(
            "pin.simple",
            "This PIN is the first that anybody tries (all one digit, or counting).",
            "该口令码过于简单(重复或连续数字),请换一个。",
            field="pin",
        )
    return cleaned


def hash_secret(secret: str) -> str:
    """The Argon2id hash of a password or PIN."""
    return _HASHER.hash(secret)


def secret_fits(hashed: str | None, secret: str) -> bool:
    """Whether a secret fits a hash; takes as long where there is none."""
    try:
        fits = _HASHER.verify(hashed or NOBODY, secret[: MOST_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False
    return bool(fits) and hashed is not None


def needs_rehash(hashed: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(hashed)
