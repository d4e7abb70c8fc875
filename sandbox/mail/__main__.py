"""Run a mail sink: `python -m sandbox.mail --port 8125 --http-port 8126`."""

import argparse
import asyncio
import logging
import socket

from sandbox.common.server import serve
from sandbox.mail.control import MailControl
from sandbox.mail.sink import Sink


def main() -> None:
    """Parse the command line and serve both sides."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.mail", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="SMTP; 0 takes a free port")
    parser.add_argument("--http-port", type=int, default=0, help="control address; 0 takes a free port")
    parser.add_argument("--host", default="127.0.0.1")
    args = parser.parse_args()
    # The library warns at every login of a deprecation in its own code.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    sink = Sink()
    control = MailControl(sink)
    sock = socket.create_server((args.host, args.port), backlog=1024)

    async def open_smtp() -> None:
        """Open the SMTP side first, so that whoever has read the second address can use both."""
        await asyncio.get_running_loop().create_server(sink.protocol, sock=sock)
        host, port = sock.getsockname()[:2]
        control.smtp = f"smtp://{host}:{port}"
        print(f"listening on {control.smtp}", flush=True)

    serve(control, args.host, args.http_port, open_smtp)


main()
