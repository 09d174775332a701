-- Erase one learner. KEYS: profile, history, log, erased, seen, stream, state, erasures, the
-- learner's decisions, stream of decisions, what the keys of decisions begin with (under the tenant's
-- hash tag), forgotten, the learner's shared paths, what the keys of these begin with, badges. ARGV: tombstone, when it was asked for (seconds since the epoch, '' for now),
-- and until when decisions go, by the clock of those who make them. Answers how many events went.
-- The tombstone is a hash: it cannot be read back into an id.
local entries = redis.call('LRANGE', KEYS[2], 0, -1)
for _, entry in ipairs(entries) do
  local payload = redis.call('HGET', KEYS[3], entry)
  redis.call('HDEL', KEYS[5], cjson.decode(payload:match('\n(.*)'))[1])
  redis.call('HDEL', KEYS[3], entry)
  redis.call('XDEL', KEYS[6], entry)
end
for _, entry in ipairs(redis.call('ZRANGE', KEYS[9], 0, -1)) do
  for _, found in ipairs(redis.call('XRANGE', KEYS[10], entry, entry)) do
    redis.call('HDEL', KEYS[11] .. ':' .. found[2][2], found[2][4])
  end
  redis.call('XDEL', KEYS[10], entry)
end
for _, id in ipairs(redis.call('ZRANGE', KEYS[13], 0, -1)) do
  redis.call('DEL', KEYS[14] .. ':' .. id)
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[7], KEYS[9], KEYS[13], KEYS[15])
local now = redis.call('TIME')
local at = ARGV[2] ~= '' and ARGV[2] or now[1] .. '.' .. string.format('%06d', now[2])
redis.call('ZADD', KEYS[4], 'GT', at, ARGV[1])
local until_when = redis.call('HGET', KEYS[12], ARGV[1])
if not until_when or tonumber(until_when) < tonumber(ARGV[3]) then
  redis.call('HSET', KEYS[12], ARGV[1], ARGV[3])
end
redis.call('INCR', KEYS[8])
return #entries
