"""What a person has used and has left."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bots.messenger import Screen
from bots.replies.translator import Translator
from scheduler.accounts.model import AccountView, UsageDay


def usage(account: AccountView, days: Sequence[UsageDay], tr: Translator, now: datetime) -> Screen:
    """/usage: the plan, today, and the days given."""
    tokens, today = account.tokens, account.today
    lines = [
        tr(
            "usage-plan",
            plan=account.plan.name,
            used=tokens.used_today,
            limit=tokens.daily_limit,
            left=tokens.left_today,
        ),
        tr("usage-refill", moment=tr.moment(tokens.refill_at), span=tr.span((tokens.refill_at - now).total_seconds())),
    ]
    if tokens.balance:
        lines.append(tr("usage-balance", tokens=tr.tokens(tokens.balance)))
    lines.append(tr("usage-today", completed=today.jobs_completed, failed=today.jobs_failed))
    if len(days) > 1:
        done, used = sum(day.jobs_completed for day in days), sum((day.tokens_used for day in days), Decimal(0))
        lines.append(tr("usage-days", days=len(days), completed=done, tokens=tr.tokens(used)))
    return Screen("\n".join(lines))
