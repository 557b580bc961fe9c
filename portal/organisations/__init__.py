"""Political and other organisations, their people and capacities, and territories."""
