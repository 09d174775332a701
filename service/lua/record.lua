-- One learner, as held. KEYS: profile, history, log, erased, badges. ARGV: tombstone, first event's index.
-- Answers the profile (or false), when the learner was erased (or false), the payloads, and the badges.
local entries = redis.call('LRANGE', KEYS[2], ARGV[2], -1)
local payloads = {}
for first = 1, #entries, 1000 do
  local last = math.min(first + 999, #entries)
  for _, payload in ipairs(redis.call('HMGET', KEYS[3], unpack(entries, first, last))) do
    payloads[#payloads + 1] = payload
  end
end
return { redis.call('GET', KEYS[1]), redis.call('ZSCORE', KEYS[4], ARGV[1]), payloads, redis.call('HVALS', KEYS[5]) }
