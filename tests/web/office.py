"""Furnish a database with one CRM, one set of books and a link, and sign hooks as the CRM does."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select

from models.settings import Settings
from models.tables import Connection, Link, SyncJob
from sync.config.loading import CREDENTIALS, HOOK_SECRETS, HOOK_TOKEN_HASH
from tasks.runtime import Runtime

TOKEN = "the-office-token"
SECRETS = ["old-secret", "new-secret"]
API_TOKEN = "an-api-token-of-the-office"
KEYS = "k1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="  # pragma: allowlist secret


def environment(database_url: str, redis_url: str, folder: Path) -> dict[str, str]:
    """Return what a process of this office finds in its environment."""
    return {
        "BOEKBRUG_DATABASE_URL": database_url,
        "BOEKBRUG_REDIS_URL": redis_url,
        "BOEKBRUG_DATA_DIR": str(folder),
        "BOEKBRUG_SECRET_KEYS": KEYS,
        "BOEKBRUG_API_TOKENS": f"short,{API_TOKEN}",
        "BOEKBRUG_MAX_HOOK_BYTES": "10000",
    }


def open_runtime(database_url: str, redis_url: str, folder: Path) -> Runtime:
    """Open the same office from within the test."""
    names = environment(database_url, redis_url, folder)
    given = {name.removeprefix("BOEKBRUG_").lower(): value for name, value in names.items()}
    return Runtime.open(Settings.model_validate(given))


def furnish(runtime: Runtime, suffix: str = "", **source: Any) -> tuple[int, int]:
    """Add a CRM, books and a link for relations; returns the ids of CRM and link."""
    vault = runtime.vault
    closed = vault.seal_json({}, CREDENTIALS)
    with runtime.sessions.begin() as session:
        crm = Connection(
            name=f"crm{suffix}",
            system="simplicate",
            base_url="http://127.0.0.1:9",
            credentials=closed,
            hook_secrets=vault.seal_json(SECRETS, HOOK_SECRETS),
            hook_token_hash=vault.hash(HOOK_TOKEN_HASH, TOKEN + suffix),
            **source,
        )
        books = Connection(name=f"books{suffix}", system="snelstart", base_url="http://127.0.0.1:9", credentials=closed)
        session.add_all([crm, books])
        session.flush()
        rules = {"relations": {"flag": None}}
        link = Link(name=f"office{suffix}", source_id=crm.id, target_id=books.id, rules=rules)
        session.add(link)
        session.flush()
        return crm.id, link.id


def told(record: str) -> bytes:
    """Write the body of a hook about one organisation."""
    return json.dumps({"event": "organization.updated", "data": {"id": f"organization:{record}"}}).encode()


def signature(body: bytes, secret: str = SECRETS[1]) -> dict[str, str]:
    """Sign as Simplicate does."""
    return {"X-Webhook-Signature": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def post(url: str, body: bytes, token: str = TOKEN, **headers: str) -> requests.Response:
    """Send a correctly signed hook, unless the headers say otherwise."""
    return requests.post(f"{url}/hooks/{token}", data=body, headers=headers or signature(body), timeout=15)


def job_of(runtime: Runtime, record: str) -> SyncJob | None:
    """Return the job of one organisation."""
    with runtime.sessions() as session:
        return session.scalar(select(SyncJob).where(SyncJob.record_id == f"organization:{record}"))
