"""Write the stored configuration as a file that `apply` accepts unchanged; secrets stay references."""

from collections.abc import Mapping
from typing import Any

import yaml

from sync.config.model import Configuration, ConnectionBlock, LinkBlock

WIDTH = 110


def export_yaml(configuration: Configuration) -> str:
    """Return the file's text, with what equals a default left out."""
    return yaml.dump(
        document(configuration),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=WIDTH,
        default_flow_style=False,
    )


def document(configuration: Configuration) -> dict[str, Any]:
    """Return the file's content as plain values."""
    return {
        "connections": {name: _connection(block) for name, block in configuration.connections.items()},
        "links": {name: _link(block) for name, block in configuration.links.items()},
    }


def _connection(block: ConnectionBlock) -> dict[str, Any]:
    plain: Mapping[str, Any] = {
        "system": block.system,
        "base_url": block.base_url,
        **block.options,
        "credentials": dict(block.credentials) or None,
        "hook_secrets": list(block.hook_secrets) or None,
        "limits": block.limits.model_dump(exclude_none=True) or None,
        "enabled": None if block.enabled else False,
    }
    # An option that the file sets to null stays: only our own empty keys are left out.
    return {key: value for key, value in plain.items() if value is not None or key in block.options}


def _link(block: LinkBlock) -> dict[str, Any]:
    switch = {} if block.enabled else {"enabled": False}
    rules = {kind: rule.model_dump(exclude_defaults=True) for kind, rule in block.rules.items()}
    return {"source": block.source, "target": block.target, **switch, **rules}


class _Dumper(yaml.SafeDumper):
    """Write every value in full: what the reader refuses (aliases) is never written."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
