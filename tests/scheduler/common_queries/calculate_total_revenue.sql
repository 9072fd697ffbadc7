SELECT 
  DATE(u.created_at) as signup_date,
  COUNT(DISTINCT u.id) as new_users,
  SUM(p.price_cents) / 100.0 as revenue_dollars
FROM users u
JOIN plans p ON u.plan_id = p.id
WHERE p.price_cents > 0
GROUP BY DATE(u.created_at)
ORDER BY signup_date DESC;
