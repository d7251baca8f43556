"""Rates as settings write them: how many requests in what time."""

from __future__ import annotations

from limits import parse_many

from search.settings import SettingError


def readable_rate(text: str, setting: str) -> str:
    """A rate such as "300 per minute", or "" for "off".

    Raises `SettingError`, which begins with the name of the setting, for a rate that cannot be read.
    """
    rate = text.strip()
    if rate.lower() == "off":
        return ""
    try:
        parse_many(rate)
    except ValueError:
        raise SettingError(f'{setting} is {rate!r}; write it like "300 per minute", or "off" for no limit') from None
    return rate
