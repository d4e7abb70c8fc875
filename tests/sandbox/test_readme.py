import re
from typing import Any

from tests.sandbox.clients import ROOT, MailSink, Nextens, Simplicate, SnelStart


def test_every_example_of_the_readme_runs(
    snelstart: SnelStart, simplicate: Simplicate, nextens: Nextens, sink: MailSink
) -> None:
    text = (ROOT / "sandbox" / "README.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    room: dict[str, Any] = {
        "SNELSTART": snelstart.url,
        "SIMPLICATE": simplicate.url,
        "NEXTENS": nextens.url,
        "MAIL": sink.url,
    }
    assert len(blocks) > 10
    for block in blocks:
        exec(compile(block, "sandbox/README.md", "exec"), room)


def test_the_readme_names_every_option_and_control(
    snelstart: SnelStart, simplicate: Simplicate, nextens: Nextens
) -> None:
    text = (ROOT / "sandbox" / "README.md").read_text()
    for client in (snelstart, simplicate, nextens):
        for name in client.control("GET", "options"):
            assert f"`{name}`" in text
