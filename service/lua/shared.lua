-- Put before every script.

-- What counts in answers of a learner's events from the position ``from`` on (0 is the oldest): the
-- first lines of their payloads, each after a comma.
local function counting(history, log, from)
  local entries = redis.call('LRANGE', history, from, -1)
  local lines = {}
  for first = 1, #entries, 1000 do
    local last = math.min(first + 999, #entries)
    for _, payload in ipairs(redis.call('HMGET', log, unpack(entries, first, last))) do
      lines[#lines + 1] = ',' .. payload:match('^[^\n]*')
    end
  end
  return table.concat(lines)
end

-- A folded state is '<first><done>' in ten digits each, then ``counting`` of the events from
-- ``first`` up to ``done``.
local HEAD = 20
local function head(state)
  local numbers = redis.call('GETRANGE', state, 0, HEAD - 1)
  return tonumber(numbers:sub(1, 10)), tonumber(numbers:sub(11))
end
