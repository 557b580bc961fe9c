"""The offline bundle: a ZIP with which anybody checks a commitment without the portal."""
