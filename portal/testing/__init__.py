"""The kit that plugin authors test with: where Rúbrica is installed, pytest loads this module as the plugin `rubrica`."""

pytest_plugins = ("portal.testing.fixtures", "portal.testing.browser")
