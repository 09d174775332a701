-- The payload of an event by its id, if it was accepted and is held. KEYS: seen, log. ARGV: its id.
local entry = redis.call('HGET', KEYS[1], ARGV[1])
return entry and redis.call('HGET', KEYS[2], entry)
