"""Describe the demonstration's office: its configuration file, keys and settings."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from models.settings import Settings
from models.vault import new_key_text

LINK = "office"
CLIENTS = "clients"
MAIL_TO = "boekhouding@demo.example"
POLL_SECONDS = 6
"""Ten polls of two calls a minute: 20 of the 24 that polling may use."""
DEADLINE_SECONDS = 5.0
SETTLE_SECONDS = 3.0
LEASE_SECONDS = 15.0
"""Shorter than in production (30, 60 and 60), so that a broken-off create is settled within the story."""

SECRETS: Mapping[str, str] = {
    "DEMO_CRM_KEY": "sandbox-key",
    "DEMO_CRM_SECRET": "sandbox-secret",  # pragma: allowlist secret
    "DEMO_HOOK_SECRET": "demo-hook-secret",  # pragma: allowlist secret
    "DEMO_BOOKS_KEY": "sandbox-subscription-key",
    "DEMO_BOOKS_KOPPELSLEUTEL": b64encode(b"sandbox:administratie").decode(),
    "DEMO_TAX_ID": "sandbox-client",
    "DEMO_TAX_SECRET": "sandbox-secret",  # pragma: allowlist secret
    "DEMO_TAX_TOKEN": "sandbox-refresh",
}
"""What the stand-ins accept; worth nothing elsewhere."""

FILE = """\
# Written by `boekbrug demo`; the limits are those of production.
connections:
  crm:
    system: simplicate
    base_url: {crm}/api/v2
    credentials: {{key: env:DEMO_CRM_KEY, secret: env:DEMO_CRM_SECRET}}
    hook_secrets: [env:DEMO_HOOK_SECRET]
    poll_seconds: {poll}
    limits: {{minute: 60, poll: 24}}
  books:
    system: snelstart
    base_url: {books}/v2
    token_url: {books}/b2b/token
    credentials: {{subscription_key: env:DEMO_BOOKS_KEY, connection_key: env:DEMO_BOOKS_KOPPELSLEUTEL}}
    limits: {{minute: 500, hour: 5000, concurrent: 50}}
  tax:
    system: nextens
    base_url: {tax}/v2
    token_url: {tax}/connect/token
    credentials: {{client_id: env:DEMO_TAX_ID, client_secret: env:DEMO_TAX_SECRET, refresh_token: env:DEMO_TAX_TOKEN}}
    limits: {{minute: 60, concurrent: 4}}
links:
  {link}:
    source: crm
    target: books
    relations:
      flag: sync_snelstart
      roles: {{Klant: customer, Leverancier: supplier, Klant en leverancier: both}}
      match: [kvk, vat, relation_number]
      number: crm
      bsn_source: bsn
      rsin_source: rsin
      failure: {{mail_to: {mail_to}, language: {language}}}
  {clients}:
    source: crm
    target: tax
    relations:
      flag: sync_nextens
      match: [bsn, rsin, exact_name]
      bsn_source: bsn
      rsin_source: rsin
      failure: {{mail_to: {mail_to}, language: {language}}}
"""


def file_text(crm: str, books: str, tax: str, language: str = "en") -> str:
    """Return the configuration file of the office."""
    return FILE.format(
        crm=crm,
        books=books,
        tax=tax,
        link=LINK,
        clients=CLIENTS,
        poll=POLL_SECONDS,
        mail_to=MAIL_TO,
        language=language,
    )


def settings_of(
    folder: Path, database_url: str, redis_url: str, public_url: str, language: str, smtp_url: str = ""
) -> Settings:
    """Return the settings of every process of the demonstration, whatever the shell's own variables say."""
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        data_dir=folder,
        secret_keys=SecretStr(new_key_text("demo")),
        public_url=public_url,
        language=language,
        deadline_seconds=DEADLINE_SECONDS,
        settle_seconds=SETTLE_SECONDS,
        lease_seconds=LEASE_SECONDS,
        smtp_url=SecretStr(smtp_url) if smtp_url else None,
    )


def environment_of(chosen: Settings, shell: Mapping[str, str], web_port: int, flower_port: int) -> dict[str, str]:
    """Return the environment of the processes: the shell's own Boekbrug variables do not reach them."""
    names = ("database_url", "redis_url", "data_dir", "public_url", "language", "deadline_seconds",
             "settle_seconds", "lease_seconds")  # fmt: skip
    own = {f"BOEKBRUG_{name.upper()}": str(getattr(chosen, name)) for name in names}
    secrets = {"SECRET_KEYS": chosen.secret_keys, "SMTP_URL": chosen.smtp_url}
    ports = {
        "WEB_HOST": "127.0.0.1",
        "WEB_PORT": web_port,
        "FLOWER_HOST": "127.0.0.1",
        "FLOWER_PORT": flower_port,
    }
    kept = {name: value for name, value in shell.items() if not name.startswith("BOEKBRUG_")}
    return {
        **kept,
        **own,
        **{f"BOEKBRUG_{name}": one.get_secret_value() for name, one in secrets.items() if one},
        **{f"BOEKBRUG_{name}": str(value) for name, value in ports.items()},
    }
