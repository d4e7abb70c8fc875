"""The control address: how a test, a demo or a benchmark sets the stage."""

import json
from typing import TYPE_CHECKING, Any

from sandbox.common.faults import Outage, Rule
from sandbox.common.http import Reply, Request, reply
from sandbox.common.routing import Router
from sandbox.common.stats import Stats

if TYPE_CHECKING:
    from sandbox.common.standin import StandIn

PREFIX = "/_control"


class Control:
    """Answer everything under `/_control/` that is the same for every product."""

    def __init__(self, stand_in: "StandIn") -> None:
        self.stand_in = stand_in
        self.router = Router()
        for line in (
            "GET limits", "PUT limits", "GET stats", "GET latency", "PUT latency",
            "GET faults", "POST faults", "DELETE faults", "GET outage", "POST outage", "DELETE outage",
            "GET state", "POST seed", "POST edit", "POST reset", "GET clock_offset", "POST clock_offset",
            "GET options", "PUT options",
        ):  # fmt: skip
            method, name = line.split()
            self.router.add(method, f"{PREFIX}/{name}", getattr(self, f"{method.lower()}_{name}"))

    def answer(self, request: Request) -> Reply:
        """Run one control call; what is wrong with it comes back as 400 with a sentence."""
        match = self.router.match(request.method, request.path)
        if match.handler is None:
            return reply({"error": f"no such control: {request.method} {request.path}"}, 404)
        try:
            return match.call(request)
        except (ValueError, KeyError, TypeError, LookupError) as error:
            return reply({"error": f"{type(error).__name__}: {error}"}, 400)

    def get_limits(self, request: Request) -> Reply:
        """Show the limits in force."""
        return reply(self.stand_in.limits.as_json())

    def put_limits(self, request: Request) -> Reply:
        """Change windows, concurrency or both."""
        self.stand_in.limits.configure(body(request))
        return self.get_limits(request)

    def get_stats(self, request: Request) -> Reply:
        """Show what arrived; `arrivals=1` and `records=1` add the long lists."""
        asked = request.params()
        return reply(self.stand_in.stats.report(self.stand_in.limits, "arrivals" in asked, "records" in asked))

    def get_latency(self, request: Request) -> Reply:
        """Show the latency in force."""
        return reply(self.stand_in.latency.as_json())

    def put_latency(self, request: Request) -> Reply:
        """Set a fixed or random latency."""
        self.stand_in.latency.configure(body(request))
        return self.get_latency(request)

    def get_faults(self, request: Request) -> Reply:
        """Show the rules with their hits."""
        return reply([rule.as_json() for rule in self.stand_in.faults.rules])

    def post_faults(self, request: Request) -> Reply:
        """Add one rule or a list of them behind those in force."""
        given = body(request)
        rules = [Rule(**spec) for spec in (given if isinstance(given, list) else [given])]
        self.stand_in.faults.rules += rules
        return self.get_faults(request)

    def delete_faults(self, request: Request) -> Reply:
        """Drop every rule."""
        self.stand_in.faults.rules.clear()
        return self.get_faults(request)

    def get_outage(self, request: Request) -> Reply:
        """Show the outage in force, null when there is none."""
        return reply({"kind": self.stand_in.faults.out(self.stand_in.now())})

    def post_outage(self, request: Request) -> Reply:
        """Begin an outage."""
        self.stand_in.faults.outage = Outage.parse(body(request))
        return self.get_outage(request)

    def delete_outage(self, request: Request) -> Reply:
        """End the outage."""
        self.stand_in.faults.outage = None
        self.stand_in.wake_hung()
        return self.get_outage(request)

    def get_state(self, request: Request) -> Reply:
        """Show every record as stored; `resource=name` limits it to one kind."""
        state = self.stand_in.product.state()
        wanted = request.params().get("resource")
        return reply({wanted: state[wanted]} if wanted else state)

    def post_seed(self, request: Request) -> Reply:
        """Load records in bulk, past all validation."""
        return reply(self.stand_in.product.seed(body(request)))

    def post_edit(self, request: Request) -> Reply:
        """Change a record as a user of the product would in its own screens."""
        return reply(self.stand_in.product.edit(body(request)))

    def post_reset(self, request: Request) -> Reply:
        """Begin again: records, stats, faults, latency; `{"only": [...]}` narrows it."""
        given = json.loads(request.body or b"{}")
        only = given.get("only", ["records", "stats", "faults", "latency"])
        if "records" in only:
            self.stand_in.product.reset()
        if "stats" in only:
            self.stand_in.stats = self.stand_in.product.stats = Stats()
            for window in self.stand_in.limits.windows:
                window.stamps.clear()
        if "faults" in only:
            self.stand_in.faults.rules.clear()
            self.delete_outage(request)
        if "latency" in only:
            self.stand_in.latency.configure({})
        return reply({"reset": only})

    def get_clock_offset(self, request: Request) -> Reply:
        """Show how far the vendor's clock runs ahead, in seconds."""
        return reply({"seconds": self.stand_in.product.clock.offset})

    def post_clock_offset(self, request: Request) -> Reply:
        """Set how far the vendor's clock runs ahead, in seconds."""
        self.stand_in.product.clock.offset = float(body(request)["seconds"])
        return self.get_clock_offset(request)

    def get_options(self, request: Request) -> Reply:
        """Show the product's switches."""
        return reply(self.stand_in.product.options.as_json())

    def put_options(self, request: Request) -> Reply:
        """Turn some of the product's switches."""
        self.stand_in.product.options.change(body(request))
        self.stand_in.product.options_changed()
        return self.get_options(request)


def body(request: Request) -> Any:
    """Parse the JSON of a control call; raise ValueError when it is not JSON."""
    return json.loads(request.body)
