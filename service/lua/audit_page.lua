-- One page of the audit log, oldest first. KEYS: stream. ARGV: after which entry, most entries.
-- Answers the last entry (or false), payloads.
local page = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
local payloads = {}
for i, entry in ipairs(page) do
  payloads[i] = entry[2][2]
end
return { #page > 0 and page[#page][1], payloads }
