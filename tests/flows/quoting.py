"""Stand between bridge and books: remember every address asked for, and refuse numbers by quoting them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests


def spellings(number: str) -> list[str]:
    """Return the ways in which people and systems write a number of nine digits."""
    cuts = ((4, 6), (3, 6), (2, 4, 6))
    grouped = [[number[a:b] for a, b in zip((0, *cut), (*cut, None), strict=True)] for cut in cuts]
    return [number, *(mark.join(parts) for parts in grouped for mark in " .-")]


class Quoting:
    """Forward to a target; a VAT number, BSN or RSIN in `refused` is answered as a talkative vendor would."""

    def __init__(self, upstream: str) -> None:
        """Start nothing yet."""
        self.upstream, self.url = upstream, ""
        self.refused: set[str] = set()
        self.asked: list[str] = []
        self.quoted: list[str] = []

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Refuse or forward."""
        if not path.startswith("/_control"):
            self.asked.append(f"{method} {path}")
        sent = json.loads(body) if body.startswith(b"{") else {}
        digits = "".join(filter(str.isdigit, str(sent.get("btwNummer") or "")))[:9]
        if method in {"POST", "PUT"} and digits in self.refused:
            self.quoted.append(digits)
            said = f"{sent['btwNummer']} van {sent['naam']} bestaat niet: {', '.join(spellings(digits))}"
            return 400, json.dumps([{"errorCode": "REL-0088", "message": said, "details": said}]).encode()
        number = str(sent.get("Bsn") or sent.get("Rsin") or "")
        if method == "POST" and number in self.refused:
            self.quoted.append(number)
            said = f"Nummer {number} is geweigerd: {', '.join(spellings(number))}"
            errors = [{"Veld": "Bsn" if sent.get("Bsn") else "Rsin", "Code": "ONGELDIG", "Melding": said}]
            return 400, json.dumps({"Message": said, "Errors": errors}).encode()
        found = requests.request(method, self.upstream + path, headers=headers, data=body, timeout=30)
        return found.status_code, found.content


@contextmanager
def quoting(upstream: str) -> Iterator[Quoting]:
    """Serve on a free port."""
    proxy = Quoting(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            status, content = proxy.answer(self.command, self.path, headers, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def __getattr__(self, name: str) -> Callable[[], None]:
            """Answer every method alike: `do_GET`, `do_POST` and so on."""
            if not name.startswith("do_"):
                raise AttributeError(name)
            return self._serve

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
