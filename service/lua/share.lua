-- Keep a shared path. KEYS: the path, the learner's paths by when they were shared, forgotten, what
-- the keys of paths begin with (under the tenant's hash tag, so all in one slot). ARGV: its id,
-- payload, seconds, when it was asked for, the learner's mark or '', most of one learner, of whom the
-- oldest then go. Answers whether it is kept: one asked for before its learner was erased is not.
local id, seconds, mark = ARGV[1], tonumber(ARGV[3]), ARGV[5]
if mark ~= '' then
  local erased = redis.call('HGET', KEYS[3], mark)
  if erased and tonumber(ARGV[4]) <= tonumber(erased) then
    return 0
  end
  local clock = redis.call('TIME')
  redis.call('ZADD', KEYS[2], clock[1] .. '.' .. string.format('%06d', clock[2]), id)
  local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[6])
  for i, found in ipairs(over > 0 and redis.call('ZPOPMIN', KEYS[2], over) or {}) do
    if i % 2 == 1 then
      redis.call('DEL', KEYS[4] .. ':' .. found)
    end
  end
  redis.call('EXPIRE', KEYS[2], math.max(seconds, redis.call('TTL', KEYS[2])))
end
redis.call('SET', KEYS[1], ARGV[2], 'EX', seconds)
return 1
