"""A child that does not end by itself, for the sandbox to kill; told "loud", it talks without end."""

import sys
import time

if __name__ == "__main__":
    while sys.stdin.buffer.peek(4)[:4] == b"loud":
        sys.stdout.write("a" * 65536)
    time.sleep(60)
