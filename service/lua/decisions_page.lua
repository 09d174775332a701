-- One page of decisions, oldest first. KEYS: stream, what the keys of decisions begin with.
-- ARGV: after which entry, most entries. Answers the last entry looked at (or false), payloads.
local page = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
local payloads = {}
for _, entry in ipairs(page) do
  local payload = redis.call('HGET', KEYS[2] .. ':' .. entry[2][2], entry[2][4])
  if payload then
    payloads[#payloads + 1] = payload
  end
end
return { #page > 0 and page[#page][1], payloads }
