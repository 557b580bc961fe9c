"""The library of instruments: versions, and who was given what and when."""
