-- Keep decisions, each once. KEYS: stream, forgotten, what the keys of decisions and those of
-- learners begin with (under the tenant's hash tag, so all in one slot).
-- ARGV: seconds kept, now, most for one request id; then of each decision: request id, name,
-- moment, the learner's mark or '', seconds left, payload. Answers how many are there now and how
-- many were refused; the others were made before their learner was erased.
local seconds, now, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept, refused = 0, 0
for i = 4, #ARGV, 6 do
  local request, name, at, mark = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local erased = mark ~= '' and redis.call('HGET', KEYS[2], mark)
  if not (erased and tonumber(at) <= tonumber(erased)) then
    local key = KEYS[3] .. ':' .. request
    if redis.call('HEXISTS', key, name) == 1 then
      kept = kept + 1
    elseif redis.call('HLEN', key) >= most then
      refused = refused + 1
    else
      kept = kept + 1
      redis.call('HSET', key, name, ARGV[i + 5])
      redis.call('EXPIRE', key, ARGV[i + 4])
      local entry = redis.call('XADD', KEYS[1], '*', 'r', request, 'n', name)
      if mark ~= '' then
        local learner = KEYS[4] .. ':' .. mark
        redis.call('ZADD', learner, at, entry)
        redis.call('ZREMRANGEBYSCORE', learner, '-inf', now - seconds)
        redis.call('EXPIRE', learner, ARGV[1])
      end
    end
  end
end
local oldest = (redis.call('TIME')[1] - seconds) * 1000
redis.call('XTRIM', KEYS[1], 'MINID', '=', string.format('%.0f', oldest))
return { kept, refused }
