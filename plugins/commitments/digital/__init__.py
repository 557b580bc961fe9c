"""Signatures made outside the portal with a certificate of one's own: received, judged, recorded."""
