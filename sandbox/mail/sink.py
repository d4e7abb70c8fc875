"""The SMTP side: keep each mail, or spoil it as the rules say."""

import asyncio
from collections import Counter
from typing import cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.mail.faults import KINDS, Rule
from sandbox.mail.inbox import Inbox

#: A sender that waits longer than this on a hanging call is dropped, so that tests end.
LONGEST_HANG = 300.0
#: What a sender that logs in has to give; one that does not is welcome too.
USER, PASSWORD = b"sandbox-user", b"sandbox-password"


class Sink:
    """Decide about every mail; the methods are named by the SMTP library."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self.rules: list[Rule] = []
        self.stats: Counter[str] = Counter()

    def protocol(self) -> SMTP:
        """Return the protocol for one connection."""
        self.stats["connections"] += 1
        return SMTP(
            self, enable_SMTPUTF8=True, hostname="sandbox.mail", loop=asyncio.get_running_loop(),
            authenticator=_login, auth_require_tls=False,
        )  # fmt: skip

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or refuse it as a rule says."""
        if rule := self._struck("rcpt", [address]):
            return KINDS[rule.kind].ending
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a mail, unless a rule spoils it."""
        recipients = [str(each) for each in envelope.rcpt_tos]
        rule = self._struck("data", recipients)
        if rule is None or KINDS[rule.kind].kept:
            content = envelope.original_content or b""
            self.inbox.keep(envelope.mail_from or "", recipients, content)
            self.stats["kept"] += 1
        if rule is None:
            return "250 OK"
        if KINDS[rule.kind].ending in ("drop", "hang"):
            await self._leave(server, rule)
        return KINDS[rule.kind].ending

    def _struck(self, at: str, recipients: list[str]) -> Rule | None:
        rule = next((rule for rule in self.rules if rule.strikes(at, recipients)), None)
        if rule is not None:
            self.stats[rule.kind] += 1
        return rule

    async def _leave(self, server: SMTP, rule: Rule) -> None:
        """Cut the connection, at once or after saying nothing for a time; its end cancels this call."""
        if KINDS[rule.kind].ending == "hang":
            await asyncio.sleep(rule.delay_ms / 1000 if rule.delay_ms else LONGEST_HANG)
        cast("asyncio.WriteTransport", server.transport).abort()
        await asyncio.sleep(LONGEST_HANG)


def _login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object) -> AuthResult:
    """Judge a login; every mechanism that is offered gives name and password."""
    good = isinstance(given, LoginPassword) and (given.login, given.password) == (USER, PASSWORD)
    return AuthResult(success=good, handled=good)
