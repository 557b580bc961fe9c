"""Organisations read an agenda, take a stance on each item, and sign the commitment; anyone verifies it."""
