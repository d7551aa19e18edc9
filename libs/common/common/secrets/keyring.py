"""The installation's key ring: 256-bit keys for three purposes, each drawn at random and independent of the others.

`columns` encrypts personal columns and rotates; `event` seals particulars in events and rotates; `index` is the HMAC
key of blind indexes and person keys and stays, since every index made with it would have to be made again.

An envelope is: version (1 byte) | key id (4) | nonce (12) | AES-256-GCM ciphertext with its 16-byte tag. Version, key
id and the caller's `aad` are authenticated. Nonces are random: rotate before four thousand million values are written
under one key (NIST SP 800-38D, section 8.3).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common.errors import Conflict, Invalid, Unavailable
from common.secrets import ringfile
from common.secrets.ringfile import ID_BYTES, KEY_BYTES, PURPOSES, Keys

Cipher = Literal["columns", "event"]
"""The purposes that encrypt, and rotate."""

_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_PREFIX_BYTES = len(_VERSION) + ID_BYTES
OVERHEAD = _PREFIX_BYTES + _NONCE_BYTES + _TAG_BYTES
"""Bytes that an envelope is longer than what it holds."""


class KeyRing:
    """Keys of the three purposes. A ring that came from a file reads it anew when it meets a key id it doesn't know, so
    that a process that runs on while another rotates can open what the other wrote."""

    def __init__(self, purposes: Mapping[str, Keys]) -> None:
        self._purposes = dict(purposes)
        self._path: Path | None = None
        self._stamp: tuple[int, int] | None = None

    @classmethod
    def generate(cls) -> KeyRing:
        """A new ring with one random key for each purpose, in memory only."""
        return cls({name: _fresh({}) for name in PURPOSES})

    @classmethod
    def create(cls, path: Path) -> KeyRing:
        """A new ring in a new file of mode 600; raises Conflict if there is one already, for it may be all that opens
        the data."""
        with ringfile.locked(path):
            if os.path.lexists(path):
                raise Conflict(
                    "keyring.exists",
                    "There is a key ring at {path} already; it is left as it is. To add new keys, rotate it.",
                    "{path} 已有密钥环,保持不变。如需新密钥,请轮换。",
                    path=path,
                )
            ringfile.replace(path, cls.generate().to_text())
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """The ring in a file; raises Unavailable if it is missing, open to others, or damaged."""
        stamp = _stamp(path)
        made = cls(ringfile.from_text(ringfile.read(path), str(path)))
        made._path, made._stamp = path, stamp
        return made

    @classmethod
    def from_text(cls, text: str, source: str = "in the settings") -> KeyRing:
        """The ring in a text (a secret given by the environment); raises Unavailable if it is damaged."""
        return cls(ringfile.from_text(text, source))

    def to_text(self) -> str:
        """The ring as the text that `from_text` takes. It is a secret."""
        return ringfile.to_text(self._purposes)

    @classmethod
    def rotate(cls, path: Path, purposes: tuple[Cipher, ...] = ("columns",)) -> KeyRing:
        """Adds a new current key for each of `purposes` to the file and keeps the old ones; the file is replaced whole.

        What is stored stays readable; `reencrypt` moves it to the new key.
        """
        with ringfile.locked(path):
            made = cls.load(path).rotated(purposes)
            ringfile.replace(path, made.to_text())
        return cls.load(path)

    def rotated(self, purposes: tuple[Cipher, ...] = ("columns",)) -> KeyRing:
        """This ring with a new current key for each of `purposes`, in memory only; raises Invalid for one that doesn't
        rotate."""
        for name in purposes:
            if name not in ("columns", "event"):
                raise Invalid(
                    "keyring.not_rotating",
                    "The key of {purpose} does not rotate: all that is indexed by it would be lost. "
                    "Rotate columns or event.",
                    "{purpose} 密钥不轮换:否则已有索引全部失效。可轮换 columns 或 event。",
                    field="purposes",
                    purpose=name,
                )
        return KeyRing({**self._purposes, **{name: _fresh(self._purposes[name].by_id) for name in purposes}})

    @property
    def index_key(self) -> bytes:
        """The HMAC key of blind indexes and person keys."""
        keys = self._purposes["index"]
        return keys.by_id[keys.current]

    def encrypt(self, plaintext: bytes, aad: bytes, purpose: Cipher = "columns") -> bytes:
        """An envelope of `plaintext` under the current key, that opens with the same `aad` only."""
        keys = self._purposes[purpose]
        prefix = _VERSION + keys.current
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return prefix + nonce + AESGCM(keys.by_id[keys.current]).encrypt(nonce, plaintext, prefix + aad)

    def decrypt(self, envelope: bytes, aad: bytes, purpose: Cipher = "columns") -> bytes:
        """What an envelope holds; raises Unavailable if its key is not in the ring, if it was altered, or if it was
        made for another `aad`."""
        if len(envelope) < OVERHEAD or envelope[:1] != _VERSION:
            raise Unavailable(
                "keyring.not_an_envelope",
                "An encrypted value is damaged: it doesn't have the form of one. Restore it from a backup.",
                "加密内容已损坏:格式不符。请从备份恢复。",
            )
        key = self._key(envelope[1:_PREFIX_BYTES], purpose)
        prefix, nonce = envelope[:_PREFIX_BYTES], envelope[_PREFIX_BYTES : _PREFIX_BYTES + _NONCE_BYTES]
        try:
            return AESGCM(key).decrypt(nonce, envelope[_PREFIX_BYTES + _NONCE_BYTES :], prefix + aad)
        except InvalidTag:
            raise Unavailable(
                "keyring.altered",
                "An encrypted value can't be opened: it was altered, or moved from the place it was encrypted for.",
                "加密内容无法解开:内容被改动,或被移到了别处。",
            ) from None

    def is_current(self, envelope: bytes, purpose: Cipher = "columns") -> bool:
        """Whether an envelope was made with the key that is current now."""
        return envelope[:_PREFIX_BYTES] == _VERSION + self._purposes[purpose].current

    def reencrypt(self, envelope: bytes, aad: bytes, purpose: Cipher = "columns") -> bytes:
        """The same value under the current key; an envelope that is current already comes back as it is."""
        if self.is_current(envelope, purpose):
            return envelope
        return self.encrypt(self.decrypt(envelope, aad, purpose), aad, purpose)

    def _key(self, ident: bytes, purpose: Cipher) -> bytes:
        key = self._purposes[purpose].by_id.get(ident)
        if key is None and self._reread():
            key = self._purposes[purpose].by_id.get(ident)
        if key is None:
            raise Unavailable(
                "keyring.unknown_key",
                "The key {ident} of {purpose} is not in the key ring: the value was encrypted under another "
                "installation's ring, or the ring is older than the data. Restore the newest key ring.",
                "密钥环中没有 {purpose} 的密钥 {ident}:内容由其他安装的密钥环加密,或密钥环比数据旧。"
                "请恢复最新的密钥环。",
                ident=ident.hex(),
                purpose=purpose,
            )
        return key

    def _reread(self) -> bool:
        """Takes in the file if it has changed; says whether it had."""
        if self._path is None:
            return False
        stamp = _stamp(self._path)
        if stamp is None or stamp == self._stamp:
            return False
        self._purposes = ringfile.from_text(ringfile.read(self._path), str(self._path))
        self._stamp = stamp
        return True

    def __repr__(self) -> str:
        return "<KeyRing>"


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes when the file is replaced; taken before it is read, so that no change is missed."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _fresh(old: Mapping[bytes, bytes]) -> Keys:
    ident = secrets.token_bytes(ID_BYTES)
    while ident in old:
        ident = secrets.token_bytes(ID_BYTES)
    return Keys(current=ident, by_id={**old, ident: secrets.token_bytes(KEY_BYTES)})
