"""What the control address of Nextens has besides the shared part: the office's refresh tokens."""

from sandbox.common.control import PREFIX, Control, body
from sandbox.common.http import Reply, Request, reply
from sandbox.nextens.tokens import Tokens


def add_token_controls(control: Control, tokens: Tokens) -> None:
    """Add `tokens` to a control address."""

    def show(request: Request) -> Reply:
        return reply({"refresh_tokens": sorted(tokens.refresh)})

    def change(request: Request) -> Reply:
        tokens.replace([str(each) for each in body(request)["refresh_tokens"]])
        return show(request)

    control.router.add("GET", f"{PREFIX}/tokens", show)
    control.router.add("PUT", f"{PREFIX}/tokens", change)
