"""What someone may have meant, by close matches for a misspelt word; and counts of rows as people write them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

_MOST_SHOWN = 20


def closest(word: str, known: Iterable[str]) -> str:
    """The known word most like ``word``, or an empty string."""
    matches = difflib.get_close_matches(word, list(known), 1, 0.6)
    return matches[0] if matches else ""


def plural(noun: str) -> str:
    """``supply`` as ``supplies``, ``key`` as ``keys``."""
    return f"{noun[:-1]}ies" if noun[-1:] == "y" and noun[-2:-1] not in "aeiou" else f"{noun}s"


def did_you_mean(word: str, known: Iterable[str], what: str) -> str:
    """A remedy: the closest known word, and what is known at all. ``what`` names these in the plural."""
    names = list(known)
    guess = closest(word, names)
    hint = f"did you mean {guess!r}? " if guess else ""
    if not names:
        return f"{hint}there are no {what}"
    more = f", … ({len(names)} in all)" if len(names) > _MOST_SHOWN else ""
    return f"{hint}{what}: {', '.join(names[:_MOST_SHOWN])}{more}"


def rows_in_words(rows: Mapping[str, int]) -> str:
    """Numbers of rows by reason, as people write them: ``1 row: negative duration; 2,300 rows: asks for no GPU``."""
    return "; ".join(f"{count:,} {'row' if count == 1 else 'rows'}: {reason}" for reason, count in rows.items())
