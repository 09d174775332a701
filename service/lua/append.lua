-- Append events, each once. KEYS: seen, stream, log, erased, then one history per event.
-- ARGV: for each event its id and payload, and if it waited elsewhere before, its learner's tombstone
-- and since when (else ''): what waited while its learner was erased is not wanted any more.
-- Answers how many were new.
-- The stream carries only entry ids: payloads live in the log, where erasing removes them whole.
local fresh = 0
for i = 1, #KEYS - 4 do
  local event_id, payload, mark, since = unpack(ARGV, 4 * i - 3, 4 * i)
  local erased = mark ~= '' and redis.call('ZSCORE', KEYS[4], mark)
  local wanted = not erased or tonumber(erased) < tonumber(since)
  if wanted and redis.call('HEXISTS', KEYS[1], event_id) == 0 then
    local entry = redis.call('XADD', KEYS[2], '*', 'e', '1')
    redis.call('HSET', KEYS[1], event_id, entry)
    redis.call('HSET', KEYS[3], entry, payload)
    redis.call('RPUSH', KEYS[4 + i], entry)
    fresh = fresh + 1
  end
end
return fresh
