"""Run a SnelStart stand-in: `python -m sandbox.snelstart --port 8101`."""

import argparse

from sandbox.common.anew import Anew
from sandbox.common.clock import Clock
from sandbox.common.limits import Limits, Window
from sandbox.common.server import add_arguments, serve, start_records, turn_options
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
    args = parser.parse_args()

    def begin() -> StandIn:
        product = SnelStart(Clock(args.clock_offset), start_records(args, "snelstart"))
        turn_options(args, product)
        return StandIn(product, limits(args.tier))

    serve(Anew(begin), args.host, args.port)


main()
