"""Run a SnelStart stand-in: `python -m sandbox.snelstart --port 8101`."""

import argparse
import json
from pathlib import Path

from sandbox.common.clock import Clock
from sandbox.common.limits import Limits, Window
from sandbox.common.server import add_arguments, serve
from sandbox.common.standin import StandIn
from sandbox.snelstart.api import SnelStart

#: Calls per minute, per hour and at the same time, per product (facts/snelstart.md, section 4).
TIERS = {"productie": (500, 5000, 50), "maatwerk": (500, 5000, 50), "test": (100, 1000, 5)}


def limits(tier: str) -> Limits:
    """Return the limits of a tier; `none` has none."""
    if tier == "none":
        return Limits()
    minute, hour, concurrent = TIERS[tier]
    return Limits([Window(60, minute), Window(3600, hour)], concurrent)


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.snelstart", description=__doc__)
    add_arguments(parser)
    parser.add_argument("--tier", choices=[*TIERS, "none"], default="productie")
    parser.add_argument("--option", action="append", default=[], help='switch as JSON, e.g. {"strict_roles": false}')
    args = parser.parse_args()
    seed = json.loads(Path(args.seed).read_text()) if args.seed else {}
    product = SnelStart(Clock(args.clock_offset), seed.get("snelstart", seed))
    for option in args.option:
        product.options.change(json.loads(option))
    serve(StandIn(product, limits(args.tier)), args.host, args.port)


main()
