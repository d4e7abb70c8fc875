"""What the control address of Simplicate has besides the shared part: the web hooks."""

from sandbox.common.control import PREFIX, Control, body
from sandbox.common.http import Reply, Request, reply
from sandbox.simplicate.hooks import Hooks


def add_hook_controls(control: Control, hooks: Hooks) -> None:
    """Add `hooks` and `hooks/log` to a control address."""

    def show(request: Request) -> Reply:
        return reply(hooks.as_json())

    def change(request: Request) -> Reply:
        hooks.configure(body(request))
        return reply(hooks.as_json())

    def log(request: Request) -> Reply:
        return reply(list(hooks.log))

    def clear(request: Request) -> Reply:
        hooks.log.clear()
        return reply([])

    control.router.add("GET", f"{PREFIX}/hooks", show)
    control.router.add("PUT", f"{PREFIX}/hooks", change)
    control.router.add("GET", f"{PREFIX}/hooks/log", log)
    control.router.add("DELETE", f"{PREFIX}/hooks/log", clear)
