SELECT 
  u.display_name,
  p.name as plan,
  ud.tokens_used,
  p.daily_token_limit,
  (p.daily_token_limit - ud.tokens_used) as remaining,
  ud.jobs_completed
FROM users u
JOIN plans p ON u.plan_id = p.id
LEFT JOIN usage_daily ud ON u.id = ud.user_id AND ud.date = CURRENT_DATE
WHERE u.id = $1;
