"""What people ask for, how groups prioritised it, and what was decided."""
