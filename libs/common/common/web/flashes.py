"""One-time messages between a form and the page after it, in a signed cookie that holds nothing else."""

from __future__ import annotations

import hashlib
import hmac

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from common.secrets.current import get_keyring

FLASH_COOKIE = "sizao_flash"


class FlashCookie(SecureCookieSessionInterface):
    """Flask's session, used for flashed messages alone; its key is derived from the installation's keys."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:  # noqa: ARG002 - the interface's
        """The signer, made when it is needed: an application can be built (for its contract) without keys."""
        key = hmac.new(get_keyring().index_key, b"flash", hashlib.sha256).hexdigest()
        return URLSafeTimedSerializer(
            key, salt=self.salt, serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )  # fmt: skip

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - the interface's signature
        """Over https the cookie never leaves it."""
        return request.is_secure
