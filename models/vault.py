"""Encrypt what is personal or secret at rest, and hash identifiers so they can be looked up unseen."""

import hmac
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
"""96 bits, the length AES-GCM is defined for (NIST SP 800-38D)."""


class Unreadable(Exception):
    """Say that a ciphertext cannot be opened: its key is not configured, or the data were altered."""


class Erased(Unreadable):
    """Say that the record's key was destroyed on purpose."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """Hold one configured 32-byte key under a short id; purposes get their own derived keys."""

    id: str
    secret: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """Derive the 32-byte key of one purpose, so no key serves two."""
        return HKDF(SHA256(), 32, salt=None, info=f"boekbrug:{purpose}".encode()).derive(self.secret)


def parse_keys(text: str) -> list[MasterKey]:
    """Read `id:base64,id:base64`, newest first. Raises ValueError that quotes no key."""
    keys = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        key_id, _, encoded = part.partition(":")
        secret = b64decode(encoded, validate=True) if encoded else b""
        if not key_id or len(key_id) > 32 or len(secret) != 32:
            raise ValueError("BOEKBRUG_SECRET_KEYS: each key is `id:base64` of exactly 32 bytes")
        keys.append(MasterKey(key_id, secret))
    if not keys or len({key.id for key in keys}) != len(keys):
        raise ValueError("BOEKBRUG_SECRET_KEYS: at least one key, every id once")
    return keys


def new_key_text(key_id: str) -> str:
    """Make one fresh key in the form that `parse_keys` reads."""
    return f"{key_id}:{b64encode(os.urandom(32)).decode()}"


def key_file(folder: Path) -> str:
    """Return the text of the data folder's key file, made with mode 0600 at the first use."""
    path = folder / "secret.keys"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(new_key_text("k1"))
    return path.read_text().strip()


def _prefix(key_id: str) -> bytes:
    """Name a key in front of what it made: length, then id."""
    encoded = key_id.encode()
    return bytes([len(encoded)]) + encoded


def _encrypt(key: bytes, data: bytes, context: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, context.encode())


def _decrypt(key: bytes, blob: bytes, context: str) -> bytes:
    try:
        return AESGCM(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], context.encode())
    except InvalidTag as error:
        raise Unreadable(f"{context}: wrong key or altered data") from error


class Subject:
    """Seal values under one record's own key; destroying that key erases them all."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, value: Any, context: str) -> bytes:
        """Encrypt a JSON value; `context` names the column, so ciphertexts cannot be swapped."""
        return _encrypt(self._key, json.dumps(value, separators=(",", ":")).encode(), context)

    def open(self, blob: bytes, context: str) -> Any:
        """Decrypt a JSON value. Raises Unreadable."""
        return json.loads(_decrypt(self._key, blob, context))


class Vault:
    """Hold the master keys of this installation, newest first; older ones open and look up only."""

    def __init__(self, keys: Sequence[MasterKey]) -> None:
        self._keys = list(keys)
        self._cipher = {key.id: key.derive("seal") for key in keys}
        self._lookup = {key.id: key.derive("hash") for key in keys}

    @classmethod
    def from_text(cls, text: str) -> "Vault":
        """Build a vault from the setting's text."""
        return cls(parse_keys(text))

    @property
    def current(self) -> str:
        """Name the key that seals now."""
        return self._keys[0].id

    def seal(self, data: bytes, context: str) -> bytes:
        """Encrypt under the newest key; the blob names its key, so rotation can find old ones."""
        return _prefix(self.current) + _encrypt(self._cipher[self.current], data, context)

    def open(self, blob: bytes, context: str) -> bytes:
        """Decrypt under whichever configured key sealed it. Raises Unreadable."""
        key_id = self.sealed_by(blob)
        if key_id not in self._cipher:
            raise Unreadable(f"{context}: key {key_id} is not configured")
        return _decrypt(self._cipher[key_id], blob[1 + blob[0] :], context)

    @staticmethod
    def sealed_by(blob: bytes) -> str:
        """Tell which key sealed a blob or made a hash, without opening it."""
        return blob[1 : 1 + blob[0]].decode()

    def seal_json(self, value: Any, context: str) -> bytes:
        """Encrypt a JSON value under the newest key."""
        return self.seal(json.dumps(value, separators=(",", ":")).encode(), context)

    def open_json(self, blob: bytes, context: str) -> Any:
        """Decrypt a JSON value. Raises Unreadable."""
        return json.loads(self.open(blob, context))

    def hash(self, name: str, value: str) -> bytes:
        """Hash an identifier under the newest key: equal values meet, nobody without the key can guess one."""
        return self._hash(self.current, name, value)

    def hashes(self, name: str, value: str) -> list[bytes]:
        """Hash under every configured key, so lookups and claims hold while keys rotate."""
        return [self._hash(key.id, name, value) for key in self._keys]

    def _hash(self, key_id: str, name: str, value: str) -> bytes:
        """Put the key's id in front, as `seal` does, so that rotation can tell which rows still need it."""
        digest = hmac.new(self._lookup[key_id], f"{name}\0{value}".encode(), sha256).digest()
        return _prefix(key_id) + digest

    def new_subject(self) -> tuple[Subject, bytes]:
        """Make a record's own key; returns it with its wrapped form for the subject_key row."""
        key = os.urandom(32)
        return Subject(key), self.seal(key, "subject_key")

    def subject(self, wrapped: bytes | None) -> Subject:
        """Unwrap a record's key. Raises Erased when it was destroyed."""
        if wrapped is None:
            raise Erased("the data of this record were erased")
        return Subject(self.open(wrapped, "subject_key"))
