"""Tables of signatures on paper."""
