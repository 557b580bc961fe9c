"""What has to be done to build an agenda: planned, done, late."""
