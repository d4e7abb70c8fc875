"""Small clients for the stand-ins, which know nothing of the adapters."""

import base64
import smtplib
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

ROOT = Path(__file__).parents[2]
KOPPELSLEUTEL = base64.b64encode(b"sandbox:administratie").decode()
SUBSCRIPTION = {"Ocp-Apim-Subscription-Key": "sandbox-subscription-key"}


class Started:
    """A stand-in running as a process of its own."""

    def __init__(self, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", module, "--port", "0", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        self.url = line.split()[-1]

    def stop(self) -> int:
        self.process.terminate()
        code = self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


class Client:
    """Calls on one stand-in, and its control address."""

    base = ""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.headers: dict[str, str] = {}

    def control(self, method: str, name: str, given: Any = None) -> Any:
        answer = self.session.request(method, f"{self.url}/_control/{name}", json=given, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def call(self, method: str, path: str, json: Any = None, **more: Any) -> requests.Response:
        headers = {**self.headers, **more.pop("headers", {})}
        more.setdefault("timeout", 10)
        return self.session.request(method, f"{self.url}{self.base}{path}", json=json, headers=headers, **more)

    def get(self, path: str, **params: str) -> Any:
        answer = self.call("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


class SnelStart(Client):
    base = "/v2"

    def login(self, **form: str) -> requests.Response:
        form = form or {"grant_type": "clientkey", "clientkey": KOPPELSLEUTEL}
        answer = self.session.post(f"{self.url}/b2b/token", data=form, timeout=10)
        if answer.status_code == 200:
            self.headers = {**SUBSCRIPTION, "Authorization": f"Bearer {answer.json()['access_token']}"}
        return answer

    def create(self, **members: Any) -> Any:
        answer = self.call("POST", "/relaties", {"relatiesoort": ["Klant"], "naam": "Test", **members})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def refuse(self, **members: Any) -> set[str]:
        answer = self.call("POST", "/relaties", {"relatiesoort": ["Klant"], "naam": "Test", **members})
        assert answer.status_code == 400, answer.text
        return {error["errorCode"] for error in answer.json()}

    def find(self, where: str, **more: str) -> list[str]:
        return [each["naam"] for each in self.get("/relaties", **{"$filter": where, **more})]


class Simplicate(Client):
    base = "/api/v2"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.headers = {"Authentication-Key": "sandbox-key", "Authentication-Secret": "sandbox-secret"}

    def create(self, kind: str, **members: Any) -> str:
        answer = self.call("POST", f"/crm/{kind}", members)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["id"])

    def read(self, kind: str, key: str) -> Any:
        return self.get(f"/crm/{kind}/{key}")["data"]


class Nextens(Client):
    base = "/v2/klant"

    def token(self, refresh: str = "sandbox-refresh", **form: str) -> requests.Response:
        form = {
            "grant_type": "refresh_token",
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
            "refresh_token": refresh,
        } | form
        return self.session.post(f"{self.url}/connect/token", data=form, timeout=10)

    def login(self, refresh: str = "sandbox-refresh") -> str:
        answer = self.token(refresh)
        assert answer.status_code == 200, answer.text
        self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return str(answer.json()["refresh_token"])

    def create(self, kind: str, **members: Any) -> str:
        name = {"Achternaam": "Test"} if kind == "persoon" else {"Naam": "Test"}
        answer = self.call("POST", f"/{kind}", name | members)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["Id"])

    def read(self, kind: str, key: str) -> Any:
        return self.get(f"/{kind}/{key}")

    def refuse(self, kind: str, **members: Any) -> dict[str, str]:
        name = {"Achternaam": "Test"} if kind == "persoon" else {"Naam": "Test"}
        answer = self.call("POST", f"/{kind}", name | members)
        assert answer.status_code == 400, answer.text
        return {fault["Veld"]: fault["Melding"] for fault in answer.json()["Errors"]}

    def stored(self, kind: str, key: str) -> Any:
        return next(each for each in self.control("GET", "state")[kind] if each["Id"] == key)


class MailSink(Client):
    """The mail sink as a process of its own, with its two addresses."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "sandbox.mail", "--port", "0", "--http-port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline() for _ in range(2)]
        assert lines[0].startswith("listening on smtp://127.0.0.1:"), lines
        assert lines[1].startswith("listening on http://127.0.0.1:"), lines
        super().__init__(lines[1].split()[-1])
        self.smtp = lines[0].split()[-1]

    def connect(self, timeout: float = 5) -> smtplib.SMTP:
        address = urlsplit(self.smtp)
        assert address.hostname and address.port
        return smtplib.SMTP(address.hostname, address.port, "sender.example", timeout=timeout)

    def send(self, *to: str, timeout: float = 5) -> None:
        with self.connect(timeout) as smtp:
            smtp.send_message(mail(*to))

    def spoil(self, kind: str, **more: object) -> None:
        self.control("POST", "faults", {"kind": kind, **more})

    def subjects(self) -> list[str]:
        return [mail["subject"] for mail in self.control("GET", "mails")]


def mail(*to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Boekbrug <boekbrug@kantoor.example>"
    message["To"] = ", ".join(to or ("eva@kantoor.example",))
    message["Subject"] = "Niet gelukt: één relatie"
    message["X-Boekbrug-Cause"] = "REL-0006"
    message.set_content("Het KvK-nummer klopt niet.\nVink opnieuw aan; dat kost € 0.\n")
    return message
