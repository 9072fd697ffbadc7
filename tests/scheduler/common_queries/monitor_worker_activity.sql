SELECT 
  worker_id,
  COUNT(*) as jobs_processed,
  COUNT(*) FILTER (WHERE status = 'COMPLETED') as successful,
  COUNT(*) FILTER (WHERE status = 'FAILED') as failed,
  ROUND(AVG(EXTRACT(EPOCH FROM (ended_at - started_at))), 2) as avg_time_seconds
FROM jobs
WHERE worker_id IS NOT NULL
AND started_at > CURRENT_TIMESTAMP - INTERVAL '24 hours'
GROUP BY worker_id;
