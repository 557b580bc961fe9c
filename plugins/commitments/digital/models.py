"""Tables of outside signatures."""
