"""What admins are told."""

from decimal import Decimal

from bots.messenger import Screen
from bots.replies.frame import cut
from bots.replies.translator import Translator
from scheduler.accounts.model import AccountView, AdminUserView, Pause, PauseList, SystemStatus, WorkerView
from scheduler.deliveries.model import DeadLetters, Revived

LONGEST = 3_900  # characters: these are plain messages, never captions
MOST_WORKERS = 15
MOST_LETTERS = 12


def status(system: SystemStatus, tr: Translator) -> Screen:
    """/admin status."""
    lines = [
        tr(
            "admin-status",
            queued=system.queued,
            running=system.running,
            completed=system.completed_today,
            failed=system.failed_today,
        ),
        tr("admin-oldest", span=tr.span(system.oldest_wait_seconds)) if system.oldest_wait_seconds else "",
        tr("admin-deliveries", due=system.deliveries_due, dead=system.deliveries_dead),
        tr("admin-leader", leader=system.leader or "none"),
        *workers(system, tr),
        *pauses(PauseList(pauses=system.pauses), tr),
    ]
    return Screen(cut("\n".join(line for line in lines if line), LONGEST))


def workers(system: SystemStatus, tr: Translator) -> list[str]:
    if not system.workers:
        return [tr("admin-no-workers")]
    return [worker(one, tr) for one in system.workers[:MOST_WORKERS]]


def worker(one: WorkerView, tr: Translator) -> str:
    if one.aside_seconds is not None:
        return tr("admin-worker-aside", name=one.name, span=tr.span(one.aside_seconds))
    return tr(
        "admin-worker",
        name=one.name,
        state=one.state,
        running=one.running,
        slots=one.slots,
        models=", ".join(one.models),
        span=tr.span(one.seen_seconds_ago),
    )


def user(view: AdminUserView, tr: Translator) -> Screen:
    """/admin user."""
    account = view.account
    line = tr(
        "admin-user",
        user=account.user,
        name=account.display_name or "?",
        plan=account.plan.name,
        used=account.tokens.used_today,
        limit=account.tokens.daily_limit,
        balance=account.tokens.balance,
        open=account.open_jobs,
    )
    return Screen(f"{line}\n{tr('admin-user-banned')}" if account.banned else line)


def granted(account: AccountView, tokens: Decimal, tr: Translator) -> Screen:
    """/admin grant."""
    return Screen(tr("admin-granted", user=account.user, tokens=tr.tokens(tokens), balance=account.tokens.balance))


def purchased(account: AccountView, tokens: Decimal, tr: Translator) -> Screen:
    """/admin purchase, now or before."""
    return Screen(tr("admin-purchased", user=account.user, tokens=tr.tokens(tokens), balance=account.tokens.balance))


def corrected(account: AccountView, tokens: Decimal, tr: Translator) -> Screen:
    """/admin correct."""
    return Screen(tr("admin-corrected", user=account.user, tokens=tr.tokens(tokens), balance=account.tokens.balance))


def banned(account: AccountView, tr: Translator) -> Screen:
    """/admin ban and unban."""
    if account.banned:
        return Screen(tr("admin-banned", user=account.user, open=account.open_jobs))
    return Screen(tr("admin-unbanned", user=account.user))


def paused(found: PauseList, tr: Translator) -> Screen:
    """/admin pause and resume: what is paused now."""
    return Screen("\n".join(pauses(found, tr)) or tr("admin-pauses-none"))


def pauses(found: PauseList, tr: Translator) -> list[str]:
    return [pause(one, tr) for one in found.pauses]


def pause(one: Pause, tr: Translator) -> str:
    if one.ends_in_seconds is not None:
        return tr("admin-pause-failing", subject=one.subject, span=tr.span(one.ends_in_seconds))
    if one.reason:
        return tr("admin-pause-reason", subject=one.subject, reason=one.reason)
    return tr("admin-pause", subject=one.subject)


def letters(found: DeadLetters, tr: Translator) -> Screen:
    """/admin letters."""
    lines = [
        tr(
            "admin-letter",
            job=str(letter.job_id),
            user=letter.user,
            error=(letter.error or "none").replace(" ", "-"),
            tries=letter.tries,
            span=tr.span(letter.age_seconds),
        )
        for letter in found.letters[:MOST_LETTERS]
    ]
    return Screen(cut("\n".join(lines), LONGEST) or tr("admin-letters-none"))


def retried(revived: Revived, tr: Translator) -> Screen:
    """/admin retry."""
    return Screen(tr("admin-retried", letters=revived.count))


def usage(tr: Translator) -> Screen:
    """How /admin is written."""
    return Screen(tr("mistake-admin"))
