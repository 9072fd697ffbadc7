"""The checks of the books: each query returns what is wrong, with its user, and nothing when all is well."""

from collections.abc import Mapping

from scheduler.ledger.model import Check

ACCOUNTS: Mapping[Check, str] = {
    Check.BALANCE: """
        select a.user_id, a.balance, coalesce(l.total, 0) as ledger
          from billing.token_account a
          left join (select user_id, sum(delta) as total from billing.token_ledger group by user_id) l using (user_id)
         where a.balance <> coalesce(l.total, 0)
    """,
    Check.STANDS: """
        select user_id, a.last_seq, coalesce(l.seq, 0) as ledger
          from billing.token_account a
          full join (select user_id, max(seq) as seq from billing.token_ledger group by user_id) l using (user_id)
         where a.last_seq is distinct from coalesce(l.seq, 0)
    """,
    Check.CHAIN: """
        select x.user_id, x.seq, x.balance_after, x.total, x.place
          from (select user_id, seq, balance_after, sum(delta) over w as total, row_number() over w as place
                  from billing.token_ledger window w as (partition by user_id order by seq)) x
         where x.balance_after <> x.total or x.seq <> x.place
    """,
    Check.NEGATIVE: """
        select user_id, balance, allowance_used from billing.token_account where balance < 0 or allowance_used < 0
         union all
        select user_id, balance_after, null from billing.token_ledger where balance_after < 0
         union all
        select user_id, tokens_used, null from usage_daily where tokens_used < 0
    """,
    Check.ALLOWANCE: """
        select a.user_id, a.allowance_day, d.day as last_day, a.allowance_used, coalesce(l.used, 0) as ledger
          from billing.token_account a
          left join (select user_id, max(day) as day from billing.token_ledger where reason = 'hold' group by user_id) d
               using (user_id)
          left join lateral (select -sum(allowance_delta) as used from billing.token_ledger l
                              where l.user_id = a.user_id and l.day = coalesce(d.day, a.allowance_day)) l on true
         where a.allowance_used <> coalesce(l.used, 0) or a.allowance_day <> d.day
    """,
    Check.OPEN_JOBS: """
        select a.user_id, a.open_jobs, coalesce(j.jobs, 0) as jobs
          from billing.token_account a
          left join (select user_id, count(*) as jobs from jobs
                      where status in ('QUEUED', 'RUNNING') and held_day is not null
                         or status = 'CREATED' and (start_at is not null or after is not null)
                      group by user_id) j using (user_id)
         where a.open_jobs <> coalesce(j.jobs, 0)
    """,
}

JOBS: Mapping[Check, str] = {
    Check.SETTLED_ONCE: """
        select j.user_id, j.id as job_id, j.status, l.reasons
          from jobs j
          left join lateral (select array_agg(reason order by seq) as reasons from billing.token_ledger
                              where job_id = j.id) l on true
         where j.status in ('COMPLETED', 'FAILED', 'CANCELLED')
           and l.reasons is distinct from
               case when j.held_day is not null or j.status = 'COMPLETED' then array['hold', 'settle'] end
    """,
    Check.HELD_ONCE: """
        select j.user_id, j.id as job_id, j.status, l.reasons
          from jobs j
          left join lateral (select array_agg(reason order by seq) as reasons from billing.token_ledger
                              where job_id = j.id) l on true
         where j.status in ('CREATED', 'QUEUED', 'RUNNING')
           and l.reasons is distinct from case when j.status <> 'CREATED' then array['hold'] end
    """,
    Check.HELD_AS: """
        select j.user_id, j.id as job_id, l.reason, l.user_id as of_user, l.delta, l.allowance_delta, l.day
          from jobs j join billing.token_ledger l on l.job_id = j.id
         where (l.user_id, l.day) is distinct from (j.user_id, j.held_day)
            or l.reason = 'hold' and (l.delta, l.allowance_delta) <> (-j.held_balance, -j.held_allowance)
    """,
    Check.ORPHAN_HOLD: """
        select h.user_id, h.job_id, h.delta, h.allowance_delta, h.day
          from billing.token_ledger h
         where h.reason = 'hold' and not exists (select from jobs j where j.id = h.job_id)
           and not exists (select from billing.token_ledger s where s.job_id = h.job_id and s.reason = 'settle')
    """,
    Check.REFUND: """
        select min(user_id) as user_id, job_id, sum(delta) as delta, sum(allowance_delta) as allowance_delta
          from billing.token_ledger where job_id is not null
         group by job_id
        having sum(delta) > 0 or sum(allowance_delta) > 0 or min(user_id) <> max(user_id) or min(day) <> max(day)
    """,
    Check.COST: """
        select j.user_id, j.id as job_id, j.cost_tokens, l.taken
          from jobs j
          join lateral (select -sum(delta + allowance_delta) as taken from billing.token_ledger
                         where job_id = j.id having count(*) filter (where reason = 'settle') = 1) l on true
         where j.status in ('COMPLETED', 'FAILED', 'CANCELLED') and j.cost_tokens <> l.taken
    """,
    Check.CHARGED: """
        select j.user_id, j.id as job_id, j.status, j.attempt, j.cost_tokens
          from jobs j join billing.token_ledger s on s.job_id = j.id and s.reason = 'settle'
         where (j.status = 'FAILED' or j.status = 'CANCELLED' and j.attempt = 0) and j.cost_tokens <> 0
    """,
}

# What was used by capability, of jobs that are there and of those that were archived.
COUNTED = """
    select user_id, held_day as day, capability, count(*) filter (where status = 'COMPLETED') as completed,
           count(*) filter (where status = 'FAILED') as failed, sum(cost_tokens) as tokens
      from jobs where status in ('COMPLETED', 'FAILED', 'CANCELLED') and held_day is not null
     group by user_id, held_day, capability
     union all
    select user_id, day, capability, jobs_completed, jobs_failed, tokens from billing.archived_usage
"""

DAYS: Mapping[Check, str] = {
    Check.USAGE: """
        select user_id, day, u.tokens_used, l.tokens as ledger
          from (select h.user_id, h.day, -sum(h.delta + h.allowance_delta + s.delta + s.allowance_delta) as tokens
                  from billing.token_ledger h join billing.token_ledger s on s.job_id = h.job_id and s.reason = 'settle'
                 where h.reason = 'hold' group by h.user_id, h.day) l
          full join (select user_id, date as day, tokens_used from usage_daily) u using (user_id, day)
         where coalesce(u.tokens_used, 0) <> coalesce(l.tokens, 0)
           and day >= (select kept_since from billing.usage_horizon)
    """,
    Check.USAGE_BY_CAPABILITY: f"""
        select user_id, day, u.counted, j.counted as jobs
          from (select user_id, day,
                       array[sum(completed), sum(failed),
                             coalesce(sum(tokens) filter (where capability = 'image'), 0),
                             coalesce(sum(tokens) filter (where capability = 'video'), 0),
                             coalesce(sum(tokens) filter (where capability = 'text'), 0),
                             coalesce(sum(tokens) filter (where capability = 'audio'), 0)] as counted
                  from ({COUNTED}) c group by user_id, day) j
          full join (select user_id, date as day,
                            array[jobs_completed, jobs_failed, tokens_image, tokens_video, tokens_text,
                                  tokens_audio] as counted from usage_daily) u using (user_id, day)
         where coalesce(u.counted, array[0, 0, 0, 0, 0, 0]) <> coalesce(j.counted, array[0, 0, 0, 0, 0, 0])
           and day >= (select kept_since from billing.usage_horizon)
    """,
}

CHECKS: Mapping[Check, str] = {**ACCOUNTS, **JOBS, **DAYS}
