-- Put before a script whose request costs tokens: goes on to it, or answers LIMITED with the
-- microseconds to wait. Takes the last of KEYS, the bucket, and the last of ARGV: tokens a second,
-- most tokens, tokens wanted.
do
  local wanted = tonumber(table.remove(ARGV))
  local burst = tonumber(table.remove(ARGV))
  local per_second = tonumber(table.remove(ARGV))
  local wait = pay(table.remove(KEYS), per_second, burst, wanted)
  if wait then
    return redis.error_reply(string.format('LIMITED %d', wait))
  end
end
