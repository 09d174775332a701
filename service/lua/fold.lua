-- Bring learners' folded states up to the ends of their histories, then acknowledge entries.
-- KEYS: log, stream, then history and state of each learner. ARGV: group, most events, most beyond
-- these before the oldest are let go, then the entries.
-- Whatever was folded before, in whichever order, the state is afterwards that of the whole history.
local log, most = KEYS[1], tonumber(ARGV[2])
for i = 3, #KEYS, 2 do
  local history, state = KEYS[i], KEYS[i + 1]
  local length = redis.call('LLEN', history)
  local first, done = head(state)
  if not done or length - first > most + ARGV[3] then
    first = math.max(0, length - most)
    local numbers = string.format('%010d%010d', first, length)
    if length > 0 then
      redis.call('SET', state, numbers .. counting(history, log, first))
    end
  elseif done < length then
    redis.call('APPEND', state, counting(history, log, done))
    redis.call('SETRANGE', state, 10, string.format('%010d', length))
  end
end
if #ARGV > 3 then
  redis.call('XACK', KEYS[2], ARGV[1], unpack(ARGV, 4))
end
