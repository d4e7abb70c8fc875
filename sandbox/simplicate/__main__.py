"""Run a Simplicate stand-in: `python -m sandbox.simplicate --port 8102`."""

import argparse

from sandbox.common.anew import Anew
from sandbox.common.clock import Clock
from sandbox.common.server import add_arguments, minute_limit, serve, start_records, turn_options
from sandbox.common.standin import StandIn
from sandbox.simplicate.api import Simplicate
from sandbox.simplicate.control import add_hook_controls


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.simplicate", description=__doc__)
    add_arguments(parser)
    parser.add_argument("--per-minute", type=int, default=60, help="60: the rate the vendor promises; 0 is no limit")
    args = parser.parse_args()

    def begin() -> StandIn:
        product = Simplicate(Clock(args.clock_offset), start_records(args, "simplicate"))
        turn_options(args, product)
        stand_in = StandIn(product, minute_limit(args))
        add_hook_controls(stand_in.control, product.hooks)
        stand_in.endings.append(product.hooks.end)
        return stand_in

    serve(Anew(begin), args.host, args.port)


main()
