"""Checks an exported audit log. Needs Python 3.8 or newer and nothing of the system that wrote it.

    python3 -I verify.py [FOLDER]      FOLDER holds entries.jsonl and head.json; by default the one this file is in

Each entry's hash is SHA-256 of "sizao.audit.v1", a zero byte, the previous hash (32 bytes) and the entry as JSON with
sorted keys and no spaces, without its members "previous" and "hash". Ends with 0 if the log holds, 1 if it does not, 2
if it can't be read.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

GENESIS = "0" * 64


class Broken(Exception):
    """The log does not hold."""


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def parsed(line: bytes, where: str) -> dict[str, Any]:
    """The object in a line, which must be spelled canonically."""
    try:
        value = json.loads(line.decode())
    except ValueError:
        raise Broken(f"{where}: not JSON") from None
    if not isinstance(value, dict) or canonical(value) != line:
        raise Broken(f"{where}: not spelled as it was written")
    return value


def check_entries(path: Path) -> tuple[int, str, str | None, dict[str, str]]:
    """The last position and hash of a chain that holds, its site, and the digests by entry."""
    position, previous = 0, GENESIS
    digests: dict[str, str] = {}
    site: str | None = None
    with path.open("rb") as lines:
        for line in lines:
            position += 1
            where = f"{path.name}, position {position}"
            entry = parsed(line.rstrip(b"\n"), where)
            hashed, before = entry.pop("hash", None), entry.pop("previous", None)
            if entry.get("position") != position or before != previous:
                raise Broken(f"{where}: an entry is missing, added or moved")
            found = hashlib.sha256(b"sizao.audit.v1\x00" + bytes.fromhex(previous) + canonical(entry)).hexdigest()
            if found != hashed:
                raise Broken(f"{where}: the entry was changed")
            if entry["site"] != (site or entry["site"]):
                raise Broken(f"{where}: the entry is of another site")
            previous, site = found, entry["site"]
            digests[entry["id"]] = entry["digest"]
    return position, previous, site, digests


def check_particulars(path: Path, digests: dict[str, str]) -> int:
    """How many particulars there are; each must be the one its entry has the digest of."""
    count = 0
    with path.open("rb") as lines:
        for line in lines:
            count += 1
            where = f"{path.name}, line {count}"
            row = parsed(line.rstrip(b"\n"), where)
            start = b"sizao.audit.particulars.v1\x00" + bytes.fromhex(row["salt"])
            if hashlib.sha256(start + canonical(row["particulars"])).hexdigest() != digests.get(row["entry"]):
                raise Broken(f"{where}: the particulars are not those that were logged")
    return count


def check(folder: Path) -> str:
    """What holds, in words; raises Broken if something does not."""
    position, last, site, digests = check_entries(folder / "entries.jsonl")
    head = parsed((folder / "head.json").read_bytes().rstrip(b"\n"), "head.json")
    if head.get("position") != position or head.get("hash") != last or head.get("site") != (site or head.get("site")):
        raise Broken("head.json: it does not agree with the last entry: entries are cut off or added")
    opened = folder / "particulars.jsonl"
    count = check_particulars(opened, digests) if opened.exists() else 0
    return f"site {head['site']}: {position} entries hold, {count} particulars checked\nhead {last}"


def main(arguments: list[str]) -> int:
    """Checks and says what it found."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        sys.stdout.write(check(folder) + "\n")
    except Broken as error:
        sys.stdout.write(f"BROKEN: {error}\n")
        return 1
    except (OSError, KeyError, TypeError, ValueError) as error:
        sys.stdout.write(f"The log can't be read: {type(error).__name__}: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
