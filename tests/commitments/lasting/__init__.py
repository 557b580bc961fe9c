"""Tests of what keeps signatures verifiable for long: timestamps, archive, keys and their rotation."""
