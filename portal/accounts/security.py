"""Sets up Flask-Security for this portal."""

from flask import Flask

from portal.context import Portal


def init_app(app: Flask, portal: Portal) -> None:
    """Install sign-in."""
