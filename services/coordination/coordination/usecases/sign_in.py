"""Signing in: the attempt is counted first, the password judged outside any transaction, the session opened last."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlalchemy import select

from common.caller import Caller
from common.errors import TooMany, Unauthenticated
from common.host import Host
from common.op import Op, usecase
from coordination.domain.secrets import normalise_login, secret_fits
from coordination.models import Account
from coordination.usecases.roles import grants_of
from coordination.usecases.sessions import Session, open_session
from coordination.usecases.throttle import PER_ADDRESS, PER_LOGIN, count_attempt, throttle_key

log = structlog.get_logger()


@dataclass(frozen=True)
class Attempt:
    """What is known before the password is judged."""

    wait_seconds: int | None
    """Seconds to wait because of earlier failures; the password is not looked at then."""
    person_id: str | None = None
    password_hash: str | None = None
    ref: str = ""
    disabled: bool = False
    sites: frozenset[str] = frozenset()


@usecase
def begin_attempt(op: Op, *, login: str, login_key: str, address_key: str) -> Attempt:
    """Counts the attempt for its login and its address, and finds the account."""
    waits = []
    for key, limit in sorted(((login_key, PER_LOGIN), (address_key, PER_ADDRESS))):
        count, wait = count_attempt(op, key)
        if count > limit:
            waits.append(wait)
    if waits:
        return Attempt(max(waits))
    account = op.db.scalars(select(Account).where(Account.login == login)).first()
    if account is None:
        return Attempt(None)
    sites = frozenset(grants_of(op, account.person_id))
    return Attempt(None, account.person_id, account.password_hash, account.ref, account.disabled, sites)


def sign_in(host: Host, *, login: str, password: str, address: str) -> Session:
    """A session for a login and its password.

    Raises TooMany after too many failures of this login or this address (counted over all processes), Unauthenticated
    for anything that does not fit, without saying which, Forbidden for an account without roles.
    """
    cleaned = normalise_login(login)[:60]
    keys = {"login_key": throttle_key("login", cleaned), "address_key": throttle_key("address", address)}
    nobody = Caller(id="anybody", name="")
    attempt = host.run(begin_attempt, nobody, (), login=cleaned, **keys)
    if attempt.wait_seconds is not None:
        log.warning("sign_in.throttled")
        raise TooMany(
            "sign_in.throttled",
            "Too many failed attempts: wait {minutes} minutes, or ask for a new password.",
            "失败次数过多：请{minutes}分钟后再试，或联系安全管理员重置密码。",
            retry_after=attempt.wait_seconds,
            minutes=(attempt.wait_seconds + 59) // 60,
        )
    if not secret_fits(attempt.password_hash, password) or attempt.person_id is None:
        raise Unauthenticated("sign_in.wrong", "Login or password is wrong.", "登录名或密码不正确。")
    if attempt.disabled:
        raise Unauthenticated(
            "sign_in.disabled",
            "This account is closed: ask the security administrator.",
            "该账号已停用：请联系安全管理员。",
        )
    return host.run(
        open_session,
        Caller(id=attempt.ref, name=""),
        attempt.sites,
        person_id=attempt.person_id,
        password=password,
        **keys,
    )
