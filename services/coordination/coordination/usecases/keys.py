"""Signing keys: made at first use, kept encrypted, published to every service, rotated, revoked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from joserfc.jwk import OKPKey
from sqlalchemy import select

from common.copies.tables import KeyCopy
from common.errors import not_found
from common.events.catalogue.coordination import KeyPublished
from common.ids import new_id
from common.op import Op, usecase
from coordination.domain.sites import INSTALLATION
from coordination.models import SigningKey

LIFETIME = timedelta(days=365)
RENEW_BEFORE = timedelta(days=30)
"""A key is replaced by itself this long before its end, so that sessions and caches outlive none."""


def signing_key(op: Op) -> SigningKey:
    """The key that signs new sessions; made if there is none, replaced near its end."""
    found = op.db.scalars(
        select(SigningKey)
        .where(SigningKey.active.is_(True), SigningKey.revoked.is_(False))
        .order_by(SigningKey.kid.desc())
        .limit(1)
    ).first()
    if found is not None and found.not_after - RENEW_BEFORE > op.now:
        return found
    if found is not None:
        found.active = False
    return _make(op)


def private_key(key: SigningKey) -> OKPKey:
    """The private part, opened by the key ring."""
    return OKPKey.import_key(json.loads(key.private))


@usecase
def rotate_keys(op: Op, *, revoke: bool = False) -> SigningKey:
    """Signs with a new key from now on. Sessions under the old ones go on, or with `revoke` end at once."""
    for old in op.db.scalars(select(SigningKey).where(SigningKey.revoked.is_(False))):
        old.active = False
        if revoke:
            old.revoked = True
            old.sequence += 1
            _publish(op, old)
    return _make(op)


@usecase(read=True)
def public_keys(op: Op) -> list[dict[str, Any]]:
    """The public keys that sessions may be signed with, as JWKs."""
    query = select(SigningKey).where(SigningKey.revoked.is_(False), SigningKey.not_after > op.now)
    return [dict(key.jwk) for key in op.db.scalars(query.order_by(SigningKey.kid))]


@usecase(read=True)
def list_keys(op: Op) -> list[SigningKey]:
    """Every key there was, the newest first; its private part stays unopened."""
    return list(op.db.scalars(select(SigningKey).order_by(SigningKey.kid.desc())))


@usecase
def revoke_key(op: Op, *, kid: str) -> SigningKey:
    """Takes one key out of use: its sessions end. Raises NotFound."""
    key = op.db.get(SigningKey, kid)
    if key is None:
        raise not_found("key", "密钥", kid)
    key.active, key.revoked = False, True
    key.sequence += 1
    _publish(op, key)
    return key


def _make(op: Op) -> SigningKey:
    kid = new_id()
    pair = OKPKey.generate_key("Ed25519", private=True)
    public = {**pair.as_dict(private=False), "kid": kid, "use": "sig", "alg": "Ed25519"}
    key = SigningKey(
        kid=kid, jwk=public, private=json.dumps(dict(pair.as_dict(private=True))), made_at=op.now,
        not_after=op.now + LIFETIME, active=True, revoked=False, sequence=1,
    )  # fmt: skip
    op.db.add(key)
    _publish(op, key)
    return key


def _publish(op: Op, key: SigningKey) -> None:
    """Tells every service, and keeps this one's own copy in the same transaction."""
    state = {"kid": key.kid, "jwk": key.jwk, "not_after": key.not_after, "revoked": key.revoked}
    op.emit(KeyPublished.model_validate(state), site=INSTALLATION, subject=key.kid, sequence=key.sequence)
    op.db.merge(KeyCopy(**state, sequence=key.sequence))
    op.db.flush()
