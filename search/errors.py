"""Errors that the person at the keyboard can mend."""

from __future__ import annotations


class UserError(Exception):
    """What was asked cannot be done; the message says why, and what to do about it."""
