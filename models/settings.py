"""Read the process's settings from BOEKBRUG_* variables; nothing set means the embedded default."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.words import Access


class Settings(BaseSettings):
    """Hold what differs per machine; what differs per office is in the configuration file."""

    model_config = SettingsConfigDict(env_prefix="BOEKBRUG_", extra="ignore")

    database_url: str | None = None
    """SQLAlchemy URL of PostgreSQL; None starts the embedded one."""
    redis_url: str | None = None
    """URL of Redis or Valkey; None starts the embedded one."""
    data_dir: Path = Path("var")
    secret_keys: SecretStr | None = None
    """`id:base64 of 32 bytes`, comma separated, newest first; None uses a key file in the data folder."""
    public_url: str = "http://127.0.0.1:8000"
    smtp_url: SecretStr | None = None
    """Where mail is handed over: `smtp://`, `smtps://` or `smtp+starttls://`; None sends none."""
    mail_from: str = "boekbrug@localhost"
    """Sender of mails: an address, or `name <address>`."""
    admin_email: str | None = None
    """Who is told when a connection needs consent; gets the weekly digest too."""
    digest_to: str = ""
    """Who gets the weekly digest by mail: addresses, comma separated."""
    language: str = "nl"
    timezone: str = "Europe/Amsterdam"
    """In which pages and mails write moments."""
    log_level: str = "INFO"
    log_json: bool = True

    lease_seconds: float = Field(default=60, gt=0)
    """How long a worker may be silent before its job is rescued; grows to deadline + 30 s around a write."""
    deadline_seconds: float = Field(default=30, gt=0)
    """Total time of one outside call: connect, headers and body."""
    settle_seconds: float = Field(default=60, ge=0)
    """How long after its deadline a write of unknown outcome may still land at the vendor."""
    index_seconds: float = Field(default=3, ge=0)
    """How old the target index may be when a live create relies on it."""
    bulk_reserve: int = Field(default=100, gt=0)
    """How many bulk creates may follow one index refresh."""
    hand_out_seconds: float = Field(default=10, gt=0)
    """How long the dispatcher waits for a handed job to be leased before it sends the wake-up again."""
    probe_seconds: float = Field(default=2, gt=0)
    probe_seconds_max: float = Field(default=30, gt=0)
    max_hook_bytes: int = 1_000_000
    api_tokens: SecretStr | None = None
    """Tokens that may use `/api`, comma separated, each at least 20 characters; None closes it."""
    trusted_proxies: str = ""
    """Addresses or networks of our own reverse proxies, comma separated, or `*` for any; only theirs are believed
    when they say for whom they ask."""
    oidc_issuer: str | None = None
    """Address of the OpenID provider; None leaves signing in to passwords."""
    oidc_client_id: str = "boekbrug"
    oidc_client_secret: SecretStr | None = None
    oidc_role_claim: str | None = None
    """Claim that names the role; with it, the provider decides who may enter and as what."""
    oidc_default_role: Access | None = None
    """Role of whoever the provider knows and Boekbrug does not; None lets in only users that were added here."""
    allow_hosts: str = ""
    """Further hosts, comma separated, where a connection made on a page may lead: names, or addresses, also of our
    own network."""
    ready_age_seconds: float = Field(default=60, gt=0)
    """Age of the oldest live job that could run, above which the installation is not ready."""
    worker_threads: int = Field(default=24, gt=0)
    """Jobs that one worker process runs at a time; during a call none holds a database session."""
    database_pool: int = 10
    retention_days: int = Field(default=400, gt=0)
    """How long rows are kept that have no setting of their own."""
    retention_events_days: int | None = Field(default=None, gt=0)
    """Inbox: what was heard and when; whole months go."""
    retention_log_days: int | None = Field(default=None, gt=0)
    """Log of attempts; whole months go."""
    retention_issues_days: int | None = Field(default=None, gt=0)
    """Closed issues, from when they closed."""
    retention_intents_days: int | None = Field(default=None, gt=0)
    """Writes whose outcome is known."""
    retention_reviews_days: int | None = Field(default=None, gt=0)
    """Superseded questions; of one that a person decided, the name."""
    retention_history_days: int | None = Field(default=None, gt=0)
    """What happened to a mapping, with the values before and after."""
    retention_reports_days: int | None = Field(default=None, gt=0)
    """Reports of comparisons."""
    retention_snapshots_days: int = Field(default=30, gt=0)
    """Records that the CRM no longer has, from when they were last read."""
    retention_mails_days: int = Field(default=30, gt=0)
    """Mails that were sent, refused or given up."""
    retention_audit_days: int | None = Field(default=None, gt=0)
    """Who did what."""
    retention_sign_ins_days: int = Field(default=30, gt=0)
    """Attempts to sign in, kept as hashes."""
    retention_sessions_days: int = Field(default=1, gt=0)
    """Sessions that ended."""
    retention_pulses_days: int = Field(default=14, gt=0)
    """What each minute was like, for plots and the digest."""
    retention_samples_days: int = Field(default=8, gt=0)
    """What each minute had left of the call limits; the digest names the highest use of a week."""
    retention_erasures_days: int = Field(default=1825, gt=0)
    """Receipts of erasures: five years, as long as somebody may ask for the proof."""

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Return `allow_hosts` one by one."""
        return frozenset(one.strip().lower() for one in self.allow_hosts.split(",") if one.strip())


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return this process's settings, read once."""
    return Settings()
