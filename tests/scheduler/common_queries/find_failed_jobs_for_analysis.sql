SELECT 
  id, user_id, capability, error,
  EXTRACT(EPOCH FROM (ended_at - started_at)) as duration_seconds
FROM jobs
WHERE status = 'FAILED'
AND created_at > CURRENT_DATE - INTERVAL '7 days'
ORDER BY created_at DESC;
