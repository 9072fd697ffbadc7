SELECT 
  id, user_id, capability, priority,
  EXTRACT(EPOCH FROM (CURRENT_TIMESTAMP - created_at)) as wait_seconds
FROM jobs
WHERE status = 'QUEUED'
ORDER BY priority DESC, created_at ASC
LIMIT 10;
