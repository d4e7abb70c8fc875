"""What every test may use: real servers, databases and processes. No fakes."""

pytest_plugins = ["tests.fixtures.servers", "tests.fixtures.processes", "tests.fixtures.bridge"]
