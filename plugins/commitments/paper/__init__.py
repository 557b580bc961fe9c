"""Handwritten signatures: the pack for the ceremony goes out on paper, comes back as a scan, and two people read it."""
