"""What admins are told."""

from decimal import Decimal

from bots.messenger import Screen
from bots.replies.frame import cut
from bots.replies.translator import Translator
from scheduler.accounts.model import AccountView, AdminUserView, PauseList, SystemStatus

LONGEST = 3_900  # characters: these are plain messages, never captions
MOST_WORKERS = 15


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
    return [
        tr(
            "admin-worker",
            name=worker.name,
            state=worker.state,
            running=worker.running,
            slots=worker.slots,
            models=", ".join(worker.models),
            span=tr.span(worker.seen_seconds_ago),
        )
        for worker in system.workers[:MOST_WORKERS]
    ]


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


def paused(found: PauseList, tr: Translator) -> Screen:
    """/admin pause and resume: what is paused now."""
    return Screen("\n".join(pauses(found, tr)) or tr("admin-pauses-none"))


def pauses(found: PauseList, tr: Translator) -> list[str]:
    return [
        tr("admin-pause-reason", subject=pause.subject, reason=pause.reason)
        if pause.reason
        else tr("admin-pause", subject=pause.subject)
        for pause in found.pauses
    ]


def usage(tr: Translator) -> Screen:
    """How /admin is written."""
    return Screen(tr("mistake-admin"))
