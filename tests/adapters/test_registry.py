"""Adapters are found by name, and an unknown name or role is refused aloud."""

import pytest

from adapters import registry
from adapters.errors import Unsupported
from models.causes import Catalogue


def test_the_systems_are_known_with_their_pieces() -> None:
    assert registry.roles_of("simplicate") == {"source"}
    assert registry.roles_of("snelstart") == {"target"}
    assert registry.roles_of("nextens") == {"target"}
    assert registry.credential_names("nextens") == ("client_id", "client_secret")
    assert registry.optional_credentials("nextens") == ("refresh_token",)
    assert registry.optional_credentials("snelstart") == ()
    assert registry.default_limits("nextens") == {"minute": 60, "concurrent": 4}
    assert registry.hook_reader("simplicate") is not None
    assert registry.hook_reader("snelstart") is None
    assert registry.default_limits("simplicate") == {"minute": 60, "poll": 24}
    assert registry.default_urls("simplicate") == {}
    assert registry.default_urls("snelstart")["base_url"].startswith("https://")
    assert registry.credential_names("simplicate") == ("key", "secret")


def test_options_refuse_an_unknown_key() -> None:
    model = registry.options_model("simplicate")
    assert model.model_validate({}).model_dump()["poll_seconds"] == 30
    for wrong in ({"pol_seconds": 1}, {"timezone": "Europe/Delft"}, {"page": 500}):
        with pytest.raises(ValueError, match="validation error"):
            model.model_validate(wrong)


def test_every_cause_speaks_both_languages() -> None:
    causes = list(registry.causes())
    assert len({cause.code for cause in causes}) == len(causes)
    for cause in causes:
        assert Catalogue(causes).find(cause.code) is cause
        assert all((cause.what_nl, cause.what_en, cause.do_nl, cause.do_en))


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(Unsupported, match="simplicate"):
        registry.roles_of("simplicat")
