"""What YAML is made of, and what has broken a reader of it before, for texts put together by chance."""

from __future__ import annotations

# fmt: off
YAML_PIECES = (
    "a", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ",", "&x ", "*x", "!t ", "!!str ", "<<", "|\n", ">\n", "'", '"',
    "#", "%YAML 1.1\n", "---\n", "...\n", "? ", "1", "0x", "-_", ".inf", "\t", "\\x41", "\u2028", "\x85", "\ufeff",
    "é", "\r\n", "\r", "~", "yes", "1:30", "2026-01-05", "=", "@", "`", "%", "1e3", "0o17", "1_000", "key: 5\n",
    "  sub: x\n", "\x01", "k: {a: 1, b: [1, 2]}\n", "- item\n", " # c\n", "a:1", "\\", '"x"', "?", ":", "!", "&",
    "*", "|", ">", "|2-\n", "\x7f", "\\U",
)
