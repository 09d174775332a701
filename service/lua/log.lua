-- One page of the log, oldest first. KEYS: stream, log. ARGV: after which entry, most entries.
-- Answers entry ids and payloads, side by side.
local page = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
local entries = {}
for i, entry in ipairs(page) do
  entries[i] = entry[1]
end
if #entries == 0 then
  return { entries, {} }
end
return { entries, redis.call('HMGET', KEYS[2], unpack(entries)) }
