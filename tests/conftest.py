"""Fixtures for all tests come from the plugin of the library."""

pytest_plugins = ["common.testing.plugin"]
