"""What every test may use: real servers, databases and processes. No fakes."""

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.fixtures.servers",
    "tests.fixtures.processes",
    "tests.fixtures.sandboxes",
    "tests.fixtures.bridge",
    "tests.fixtures.tax",
    "tests.fixtures.post",
    "tests.fixtures.skips",
]

# A shared machine may be slow for minutes; how fast something is, is measured in benchmarks/ and nowhere asserted.
settings.register_profile("boekbrug", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("boekbrug")
