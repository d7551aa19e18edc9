"""Keys, and what is done with them: encrypted columns, blind indexes, sealed particulars."""

from common.secrets.current import get_keyring, set_keyring
from common.secrets.keyring import KeyRing

__all__ = ["KeyRing", "get_keyring", "set_keyring"]
