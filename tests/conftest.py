"""The suite tests with the kit that plugin authors get."""

pytest_plugins = ["portal.testing.fixtures"]
