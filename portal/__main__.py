"""Lets `python -m portal` stand for the command `portal`."""

from portal.cli import main

main()
