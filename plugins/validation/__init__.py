"""The formal act without which no version goes to political organisations."""
