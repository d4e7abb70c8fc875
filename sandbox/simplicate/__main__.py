"""Run a Simplicate stand-in: `python -m sandbox.simplicate --port 8102`."""

import argparse
import json
from pathlib import Path

from sandbox.common.clock import Clock
from sandbox.common.limits import Limits, Window
from sandbox.common.server import add_arguments, serve
from sandbox.common.standin import StandIn
from sandbox.simplicate.api import Simplicate
from sandbox.simplicate.control import add_hook_controls


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.simplicate", description=__doc__)
    add_arguments(parser)
    parser.add_argument("--per-minute", type=int, default=60, help="60: the rate the vendor promises; 0 is no limit")
    parser.add_argument("--option", action="append", default=[], help='switch as JSON, e.g. {"error_shape": "plain"}')
    args = parser.parse_args()
    seed = json.loads(Path(args.seed).read_text()) if args.seed else {}
    product = Simplicate(Clock(args.clock_offset), seed.get("simplicate", seed))
    for option in args.option:
        product.options.change(json.loads(option))
    stand_in = StandIn(product, Limits([Window(60, args.per_minute)] if args.per_minute else []))
    add_hook_controls(stand_in.control, product.hooks)
    serve(stand_in, args.host, args.port)


main()
