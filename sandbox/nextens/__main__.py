"""Run a Nextens stand-in: `python -m sandbox.nextens --port 8103`."""

import argparse
import json
from pathlib import Path

from sandbox.common.clock import Clock
from sandbox.common.limits import Limits, Window
from sandbox.common.server import add_arguments, serve
from sandbox.common.standin import StandIn
from sandbox.nextens.api import Nextens
from sandbox.nextens.control import add_token_controls


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.nextens", description=__doc__)
    add_arguments(parser)
    parser.add_argument("--per-minute", type=int, default=60, help="no rate is known; 0 is no limit")
    parser.add_argument("--option", action="append", default=[], help='switch as JSON, e.g. {"lists": true}')
    args = parser.parse_args()
    seed = json.loads(Path(args.seed).read_text()) if args.seed else {}
    product = Nextens(Clock(args.clock_offset), seed.get("nextens", seed))
    for option in args.option:
        product.options.change(json.loads(option))
    stand_in = StandIn(product, Limits([Window(60, args.per_minute)] if args.per_minute else []))
    add_token_controls(stand_in.control, product.tokens)
    serve(stand_in, args.host, args.port)


main()
