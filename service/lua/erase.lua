-- Erase one learner. KEYS: profile, history, log, erased, seen, stream. ARGV: tombstone.
-- Answers how many events went. The tombstone is a hash: it cannot be read back into an id.
local entries = redis.call('LRANGE', KEYS[2], 0, -1)
for _, entry in ipairs(entries) do
  local payload = redis.call('HGET', KEYS[3], entry)
  if payload then
    redis.call('HDEL', KEYS[5], cjson.decode(payload)['event_id'])
  end
  redis.call('HDEL', KEYS[3], entry)
  redis.call('XDEL', KEYS[6], entry)
end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('SADD', KEYS[4], ARGV[1])
return #entries
