"""What a meeting leaves: relatoría, agreements, acta."""
