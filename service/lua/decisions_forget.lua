-- Forget a learner's decisions, and any made until then that arrive later. KEYS: learner's
-- entries, stream, forgotten, what the keys of decisions begin with. ARGV: mark, moment.
for _, entry in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  for _, found in ipairs(redis.call('XRANGE', KEYS[2], entry, entry)) do
    redis.call('HDEL', KEYS[4] .. ':' .. found[2][2], found[2][4])
  end
  redis.call('XDEL', KEYS[2], entry)
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
