"""One search over everything that one may see."""
