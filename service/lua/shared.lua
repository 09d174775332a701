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

-- Take ``wanted`` tokens from a bucket, or nothing and answer the microseconds to wait. A bucket is the
-- moment at which it will be full again; it lives in memory alone, since a disk flushed for every
-- answer would cost more than a limit forgotten.
local function pay(bucket, per_second, burst, wanted)
  local clock = redis.call('TIME')
  local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
  local full_at = math.max(tonumber(redis.call('GET', bucket) or '0'), now)
  local wait = full_at - (burst - 1) / per_second - now
  if wait > 0.000001 then
    return math.ceil(wait * 1000000)
  end
  full_at = full_at + wanted / per_second
  local lasts = math.ceil((full_at - now) * 1000) + 1
  redis.set_repl(redis.REPL_NONE)
  redis.call('SET', bucket, string.format('%.6f', full_at), 'PX', lasts)
  redis.set_repl(redis.REPL_ALL)
end
