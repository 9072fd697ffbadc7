"""The web chat: one page, a signed cookie for each visitor, and the scheduler's answers in words."""

from bots.web.run import run

__all__ = ["run"]
