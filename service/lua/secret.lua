-- The secret that all processes share. KEYS: where it is kept. ARGV: what it becomes where there is
-- none yet. Answers what it is.
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return redis.call('GET', KEYS[1])
