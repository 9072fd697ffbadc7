SELECT 
  u.id, u.display_name, u.email,
  p.name as plan,
  SUM(ud.tokens_used) as total_tokens,
  COUNT(DISTINCT ud.date) as days_active
FROM users u
JOIN plans p ON u.plan_id = p.id
JOIN usage_daily ud ON u.id = ud.user_id
WHERE ud.date > CURRENT_DATE - INTERVAL '30 days'
GROUP BY u.id, u.display_name, u.email, p.name
ORDER BY total_tokens DESC
LIMIT 20;
