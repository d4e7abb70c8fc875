"""Run a Nextens stand-in: `python -m sandbox.nextens --port 8103`."""

import argparse

from sandbox.common.anew import Anew
from sandbox.common.clock import Clock
from sandbox.common.server import add_arguments, minute_limit, serve, start_records, turn_options
from sandbox.common.standin import StandIn
from sandbox.nextens.api import Nextens
from sandbox.nextens.control import add_token_controls


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.nextens", description=__doc__)
    add_arguments(parser)
    parser.add_argument("--per-minute", type=int, default=60, help="no rate is known; 0 is no limit")
    args = parser.parse_args()

    def begin() -> StandIn:
        product = Nextens(Clock(args.clock_offset), start_records(args, "nextens"))
        turn_options(args, product)
        stand_in = StandIn(product, minute_limit(args))
        add_token_controls(stand_in.control, product.tokens)
        return stand_in

    serve(Anew(begin), args.host, args.port)


main()
