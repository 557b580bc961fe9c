"""Signatures written by hand on paper: printed, scanned, found by their codes, confirmed by a second person, sealed."""
