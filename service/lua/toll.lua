-- Put before a script whose request costs tokens: goes on to it, or answers LIMITED with the
-- microseconds to wait. Takes the last of KEYS, the bucket, and the last of ARGV: tokens a second,
-- most tokens, tokens wanted. A bucket is the moment at which it will be full again; it lives in
-- memory alone, since a disk flushed for every answer would cost more than a limit forgotten.
do
  local bucket = table.remove(KEYS)
  local wanted = tonumber(table.remove(ARGV))
  local burst = tonumber(table.remove(ARGV))
  local per_second = tonumber(table.remove(ARGV))
  local clock = redis.call('TIME')
  local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
  local full_at = math.max(tonumber(redis.call('GET', bucket) or '0'), now)
  local wait = full_at - (burst - 1) / per_second - now
  if wait > 0.000001 then
    return redis.error_reply(string.format('LIMITED %d', math.ceil(wait * 1000000)))
  end
  full_at = full_at + wanted / per_second
  local lasts = math.ceil((full_at - now) * 1000) + 1
  redis.set_repl(redis.REPL_NONE)
  redis.call('SET', bucket, string.format('%.6f', full_at), 'PX', lasts)
  redis.set_repl(redis.REPL_ALL)
end
