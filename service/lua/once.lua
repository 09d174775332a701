-- Use something up. KEYS: it. ARGV: seconds to remember that. Answers whether it was not used before.
return redis.call('SET', KEYS[1], '', 'NX', 'EX', ARGV[1]) and 1 or 0
