SELECT 
  id, job_id, type, format,
  expires_at,
  EXTRACT(EPOCH FROM (expires_at - CURRENT_TIMESTAMP)) / 3600.0 as hours_until_expiry
FROM artifacts
WHERE expires_at IS NOT NULL
AND expires_at < CURRENT_TIMESTAMP + INTERVAL '24 hours'
AND expires_at > CURRENT_TIMESTAMP
ORDER BY expires_at ASC;
