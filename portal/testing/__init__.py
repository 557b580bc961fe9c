"""The kit that plugin authors test with (a pytest plugin)."""
