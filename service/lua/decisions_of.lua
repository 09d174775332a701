-- One page of a learner's decisions, oldest first. KEYS: learner's entries, stream, what the keys
-- of decisions begin with. ARGV: first and last place. Answers how many entries there were, payloads.
local entries = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2])
local payloads = {}
for _, entry in ipairs(entries) do
  for _, found in ipairs(redis.call('XRANGE', KEYS[2], entry, entry)) do
    local payload = redis.call('HGET', KEYS[3] .. ':' .. found[2][2], found[2][4])
    if payload then
      payloads[#payloads + 1] = payload
    end
  end
end
return { #entries, payloads }
