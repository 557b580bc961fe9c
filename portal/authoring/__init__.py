"""What authors of plugins are given beside the test kit: a distribution to begin with, and an examination of theirs."""
