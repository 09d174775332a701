-- Append events, each once. KEYS: seen, stream, log, then one history per event.
-- ARGV: event id and payload, alternating. Answers how many were new.
-- The stream carries only entry ids: payloads live in the log, where erasing removes them whole.
local fresh = 0
for i = 1, #KEYS - 3 do
  local event_id, payload = ARGV[2 * i - 1], ARGV[2 * i]
  if redis.call('HEXISTS', KEYS[1], event_id) == 0 then
    local entry = redis.call('XADD', KEYS[2], '*', 'e', '1')
    redis.call('HSET', KEYS[1], event_id, entry)
    redis.call('HSET', KEYS[3], entry, payload)
    redis.call('RPUSH', KEYS[3 + i], entry)
    fresh = fresh + 1
  end
end
return fresh
