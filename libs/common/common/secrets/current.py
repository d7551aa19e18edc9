"""The key ring of this process. Services that share a process share the installation's ring."""

from __future__ import annotations

from common.errors import Unavailable
from common.secrets.keyring import KeyRing

_process: dict[str, KeyRing] = {}


def set_keyring(ring: KeyRing | None) -> None:
    """Makes `ring` the one of this process (a runtime does it at start); `None` takes it away."""
    _process.clear()
    if ring is not None:
        _process["ring"] = ring


def get_keyring() -> KeyRing:
    """The ring of this process; raises Unavailable if none was loaded."""
    ring = _process.get("ring")
    if ring is None:
        raise Unavailable(
            "keyring.unset",
            "No key ring is loaded in this process: name its file in the settings (key ring), or create one with "
            "'sizao keys create'.",
            "本进程没有加载密钥环:请在设置中指定密钥环文件,或用 sizao keys create 创建。",
        )
    return ring
