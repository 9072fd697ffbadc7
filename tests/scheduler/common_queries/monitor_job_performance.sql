SELECT 
  capability,
  COUNT(*) as total_jobs,
  COUNT(*) FILTER (WHERE status = 'COMPLETED') as completed,
  COUNT(*) FILTER (WHERE status = 'FAILED') as failed,
  ROUND(100.0 * COUNT(*) FILTER (WHERE status = 'COMPLETED') / COUNT(*), 2) as success_rate,
  ROUND(AVG(EXTRACT(EPOCH FROM (ended_at - started_at))), 2) as avg_duration_seconds
FROM jobs
WHERE started_at > CURRENT_TIMESTAMP - INTERVAL '24 hours'
GROUP BY capability;
