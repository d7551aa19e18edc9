"""The key ring: what it encrypts stays readable over rotations, by its own place and its own ring alone."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Conflict, Invalid, Unavailable
from common.secrets import KeyRing, get_keyring, set_keyring
from common.secrets.keyring import OVERHEAD
from common.secrets.ringfile import too_open

PHONE = b"screening.visitor.phone"
RING = KeyRing.generate()


@given(plaintext=st.binary(max_size=300), aad=st.binary(max_size=40))
def test_what_is_encrypted_opens_with_the_same_place_only(plaintext: bytes, aad: bytes) -> None:
    envelope = RING.encrypt(plaintext, aad)
    assert RING.decrypt(envelope, aad) == plaintext
    assert len(envelope) == len(plaintext) + OVERHEAD
    with pytest.raises(Unavailable) as caught:
        RING.decrypt(envelope, aad + b"2")
    assert caught.value.code == "keyring.altered"


@given(place=st.integers(0, OVERHEAD + 4), flip=st.integers(1, 255))
def test_a_changed_byte_anywhere_is_refused(place: int, flip: int) -> None:
    envelope = bytearray(RING.encrypt(b"13000", PHONE))
    envelope[place] ^= flip
    with pytest.raises(Unavailable):
        RING.decrypt(bytes(envelope), PHONE)


@pytest.mark.parametrize("envelope", [b"", b"\x01", bytes(OVERHEAD - 1), bytes(200)])
def test_what_is_no_envelope_is_refused(envelope: bytes) -> None:
    with pytest.raises(Unavailable) as caught:
        RING.decrypt(envelope, PHONE)
    assert caught.value.code == "keyring.not_an_envelope"


def test_equal_values_give_different_envelopes_and_purposes_do_not_open_each_other() -> None:
    assert RING.encrypt(b"same", PHONE) != RING.encrypt(b"same", PHONE)
    with pytest.raises(Unavailable) as caught:
        RING.decrypt(RING.encrypt(b"x", PHONE, "event"), PHONE)
    assert caught.value.code == "keyring.unknown_key"


def test_a_new_file_is_private_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    ring = KeyRing.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]
    before = path.read_bytes()
    with pytest.raises(Conflict):
        KeyRing.create(path)
    assert path.read_bytes() == before
    assert KeyRing.load(path).decrypt(ring.encrypt(b"x", PHONE), PHONE) == b"x"


def test_old_ciphertext_is_readable_after_rotation_and_can_be_reencrypted(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    old = KeyRing.create(path)
    envelope = old.encrypt(b"x", PHONE)
    new = KeyRing.rotate(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert new.decrypt(envelope, PHONE) == b"x"
    assert not new.is_current(envelope)
    moved = new.reencrypt(envelope, PHONE)
    assert new.is_current(moved)
    assert new.decrypt(moved, PHONE) == b"x"
    assert new.reencrypt(moved, PHONE) == moved
    assert new.index_key == old.index_key
    sealed = old.encrypt(b"x", PHONE, "event")
    assert new.is_current(sealed, "event")


def test_a_process_that_runs_on_reads_what_was_written_after_a_rotation(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    running = KeyRing.create(path)
    assert running.decrypt(KeyRing.rotate(path).encrypt(b"new", PHONE), PHONE) == b"new"


def test_a_ring_without_the_key_says_so(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path / "keys.json")
    with pytest.raises(Unavailable) as caught:
        ring.decrypt(RING.encrypt(b"x", PHONE), PHONE)
    assert caught.value.code == "keyring.unknown_key"


def test_rotations_at_once_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    KeyRing.create(path)
    threads = [Thread(target=KeyRing.rotate, args=(path,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(json.loads(path.read_text())["purposes"]["columns"]["keys"]) == 9


def test_the_index_key_does_not_rotate() -> None:
    with pytest.raises(Invalid):
        RING.rotated(("index",))  # type: ignore[arg-type]


def test_a_ring_survives_the_way_through_text_and_never_shows_itself() -> None:
    assert KeyRing.from_text(RING.to_text()).decrypt(RING.encrypt(b"x", PHONE), PHONE) == b"x"
    assert repr(RING) == "<KeyRing>"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    KeyRing.create(path)
    path.chmod(mode)
    with pytest.raises(Unavailable) as caught:
        KeyRing.load(path)
    assert caught.value.code == "keyring.mode"
    assert f"chmod 600 {path}" in caught.value.en


@pytest.mark.parametrize(
    ("mode", "owner", "refused"),
    [(0o600, 7, False), (0o400, 7, False), (0o440, 0, False), (0o440, 7, True), (0o444, 0, True), (0o460, 0, True)],
)
def test_a_secret_mounted_for_the_group_passes(mode: int, owner: int, refused: bool) -> None:
    assert too_open(0o100000 | mode, owner, 7) is refused


def _without(name: str) -> str:
    ring = json.loads(RING.to_text())
    del ring["purposes"][name]
    return json.dumps(ring)


def _with(**changes: object) -> str:
    ring = json.loads(RING.to_text())
    ring["purposes"]["columns"].update(changes)
    return json.dumps(ring)


KEY = "A" * 43 + "="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"format": "other"}',
        RING.to_text()[:-20],
        RING.to_text().replace("keyring-1", "keyring-9"),
        RING.to_text().replace('"index"', '"columns"'),
        _without("event"),
        _with(current="00000000"),
        _with(current=None),
        _with(keys=[]),
        _with(keys={}),
        _with(current="00000000", keys={"00000000": "c2hvcnQ="}),
        _with(current="00000000", keys={"00000000": 5}),
        _with(current="00000000", keys={"00000000": KEY[:-2] + "!="}),
        _with(current="0000000", keys={"0000000": KEY}),
        _with(current="zzzzzzzz", keys={"zzzzzzzz": KEY}),
        _with(extra=1),
    ],
)
def test_a_damaged_ring_is_refused_in_words_without_its_keys(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(Unavailable) as caught:
        KeyRing.load(path)
    assert caught.value.code == "keyring.damaged"
    assert str(path) in caught.value.en
    assert str(path) in caught.value.zh
    keys = [key for purpose in json.loads(RING.to_text())["purposes"].values() for key in purpose["keys"].values()]
    assert not any(key in caught.value.en for key in keys)


def test_files_that_are_not_there_or_not_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as missing:
        KeyRing.load(tmp_path / "none.json")
    assert missing.value.code == "keyring.unreadable"
    with pytest.raises(Unavailable):
        KeyRing.load(tmp_path)
    with pytest.raises(Unavailable) as folder:
        KeyRing.create(tmp_path / "no" / "keys.json")
    assert folder.value.code == "keyring.unwritable"
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    binary.chmod(0o600)
    with pytest.raises(Unavailable) as damaged:
        KeyRing.load(binary)
    assert damaged.value.code == "keyring.damaged"


def test_a_rotation_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    KeyRing.create(path)
    path.chmod(0o644)
    before = path.read_bytes()
    with pytest.raises(Unavailable):
        KeyRing.rotate(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_process_without_a_ring_says_so() -> None:
    set_keyring(None)
    with pytest.raises(Unavailable) as caught:
        get_keyring()
    assert caught.value.code == "keyring.unset"
    set_keyring(RING)
    assert get_keyring() is RING
    set_keyring(None)
