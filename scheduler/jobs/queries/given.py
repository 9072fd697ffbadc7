"""What open jobs start from: files that are kept for them, whenever their time is over."""

GIVEN_TO_OPEN_JOBS = """(
            select j.params ->> 'picture' from jobs j where j.status in ('CREATED', 'QUEUED', 'RUNNING')
               and j.params ? 'picture'
             union all
            select name from jobs j, jsonb_object_keys(j.params -> 'inputs') name
             where j.status in ('CREATED', 'QUEUED', 'RUNNING') and j.params ? 'inputs')"""
