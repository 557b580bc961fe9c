"""Actas: records of an act, as PDF, signed in the portal by whoever must."""
