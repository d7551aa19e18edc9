"""The key ring as text and as a file: checked strictly when read, rewritten whole or not at all."""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.errors import Unavailable

FORMAT = "sizao-keyring-1"
PURPOSES = ("columns", "index", "event")
KEY_BYTES = 32
ID_BYTES = 4


@dataclass(frozen=True, repr=False)
class Keys:
    """The keys of one purpose: those that can still open something, by id, and the id of the one that closes."""

    current: bytes
    by_id: Mapping[bytes, bytes]


def to_text(purposes: Mapping[str, Keys]) -> str:
    """The JSON text of a ring. It is a secret."""
    return json.dumps(
        {
            "format": FORMAT,
            "purposes": {
                name: {
                    "current": keys.current.hex(),
                    "keys": {ident.hex(): base64.b64encode(key).decode() for ident, key in keys.by_id.items()},
                }
                for name, keys in purposes.items()
            },
        },
        indent=1,
    )


def from_text(text: str, source: str) -> dict[str, Keys]:
    """The purposes in the JSON text of a ring; `source` is named in the error. Raises Unavailable if it is damaged."""
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise damaged(source, "it is not JSON", "不是 JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise damaged(source, f"its format is not {FORMAT}", f"格式不是 {FORMAT}")
    purposes = document.get("purposes")
    if set(document) != {"format", "purposes"} or not isinstance(purposes, dict) or set(purposes) != set(PURPOSES):
        raise damaged(source, f"it must hold the purposes {', '.join(PURPOSES)}", f"必须包含 {'、'.join(PURPOSES)}")
    return {name: _keys(purposes[name], name, source) for name in PURPOSES}


def read(path: Path) -> str:
    """The text of a ring file; raises Unavailable if it is missing, unreadable, or open to others."""
    try:
        with path.open(encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            if too_open(status.st_mode, status.st_uid, os.geteuid()):
                raise Unavailable(
                    "keyring.mode",
                    "The key ring {path} can be read by others (mode {mode}): run 'chmod 600 {path}', and rotate the "
                    "keys if anyone may have read it.",
                    "密钥环 {path} 可被他人读取(权限 {mode}):请执行 chmod 600 {path};若可能已被读取,请轮换密钥。",
                    path=path,
                    mode=f"{stat.S_IMODE(status.st_mode):o}",
                )
            return file.read()
    except UnicodeDecodeError:
        raise damaged(str(path), "it is not text", "不是文本") from None
    except OSError as error:
        raise Unavailable(
            "keyring.unreadable",
            "The key ring {path} can't be read: {reason}. Check the path, or create one with 'sizao keys create'.",
            "无法读取密钥环 {path}:{reason}。请检查路径,或用 sizao keys create 创建。",
            path=path,
            reason=error.strerror or type(error).__name__,
        ) from None


def too_open(mode: int, owner: int, user: int) -> bool:
    """Whether a file's mode lets others at it.

    Reading by the group is let pass only if the file is somebody else's: a secret mounted into a pod belongs to root
    and is read through the pod's group.
    """
    allowed = 0o600 if owner == user else 0o640
    return bool(stat.S_IMODE(mode) & 0o077 & ~allowed)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds off every other writer of rings in the file's folder, so that no key made by one is lost to another."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def replace(path: Path, text: str) -> None:
    """Writes the ring beside its place with mode 600, forces it to the disk and renames it: whole or not at all."""
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def damaged(source: str, reason_en: str, reason_zh: str) -> Unavailable:
    """The error for a ring that can't be used; no part of a key is ever in it."""
    return Unavailable(
        "keyring.damaged",
        "The key ring {source} is damaged: {reason_en}. Restore it from its backup; without it encrypted columns "
        "can't be read.",
        "密钥环 {source} 已损坏:{reason_zh}。请从备份恢复;没有它,加密的字段无法读取。",
        source=source,
        reason_en=reason_en,
        reason_zh=reason_zh,
    )


def _keys(value: Any, name: str, source: str) -> Keys:
    if not isinstance(value, dict) or set(value) != {"current", "keys"} or not isinstance(value["keys"], dict):
        raise damaged(source, f"{name} must hold 'current' and 'keys'", f"{name} 必须包含 current 和 keys")
    by_id: dict[bytes, bytes] = {}
    for ident, key in value["keys"].items():
        by_id[_bytes_of_id(ident, name, source)] = _bytes_of_key(key, name, source)
    current = _bytes_of_id(value["current"], name, source)
    if current not in by_id:
        raise damaged(source, f"the current key of {name} is missing", f"{name} 的当前密钥缺失")
    return Keys(current=current, by_id=by_id)


def _bytes_of_id(ident: Any, name: str, source: str) -> bytes:
    if isinstance(ident, str) and len(ident) == 2 * ID_BYTES:
        try:
            return binascii.unhexlify(ident)
        except ValueError:
            pass
    raise damaged(source, f"a key id of {name} is not {2 * ID_BYTES} hexadecimal digits", f"{name} 的密钥编号无效")


def _bytes_of_key(key: Any, name: str, source: str) -> bytes:
    if isinstance(key, str):
        try:
            found = base64.b64decode(key, validate=True)
        except ValueError:
            found = b""
        if len(found) == KEY_BYTES:
            return found
    raise damaged(source, f"a key of {name} is not {KEY_BYTES} bytes in base64", f"{name} 的密钥不是 {KEY_BYTES} 字节")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _unwritable(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        "keyring.unwritable",
        "The key ring {path} can't be written: {reason}. Nothing was changed.",
        "无法写入密钥环 {path}:{reason}。未作任何更改。",
        path=path,
        reason=error.strerror or type(error).__name__,
    )
