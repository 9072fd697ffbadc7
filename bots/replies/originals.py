"""What is said of a result that the platform does not take whole, and the way to the original."""

from dataclasses import dataclass

from bots.messenger import Link
from bots.replies.translator import Translator
from scheduler.jobs.model import JobView

LINK_DAYS = 7
LINK_HOURS = LINK_DAYS * 24


@dataclass(frozen=True, slots=True)
class Originals:
    """Files that are larger than what is shown; without `urls`, whoever runs the bot can hand them out."""

    megabytes: int  # together
    urls: tuple[str, ...] = ()
    count: int = 1
    is_shown: bool = True  # smaller; else only a picture stands for it
    as_mp4: bool = False  # shown in a kind that plays everywhere, which the original is not


def way_there(originals: Originals, job: JobView, tr: Translator) -> tuple[str, tuple[Link, ...]]:
    """The line, and the words of it that are links."""
    how = ("mp4" if originals.as_mp4 else "smaller") if originals.is_shown else "pictured"
    told = tr("original-size", how=how, count=originals.count, megabytes=originals.megabytes)
    if not originals.urls:
        return f"{told} {tr('original-asked', count=originals.count, number=job.id.hex[:8])}", ()
    several = len(originals.urls) > 1
    links = tuple(
        Link(tr("original-open-number", number=number) if several else tr("original-open"), url)
        for number, url in enumerate(originals.urls, start=1)
    )
    days = tr("original-days", days=LINK_DAYS)
    return f"{told} {' · '.join(link.words for link in links)} ({days})", links
