"""The signing kernel: pure functions over bytes that certify, sign, inspect and judge a PDF; no database, no web."""
