-- Keep badges of a learner and drop others, all or nothing. KEYS: badges. ARGV: how many there may be, how
-- many go, the names of these, then a name and a payload for each that stays.
-- Answers for each that stays whether it is new, or false where there would be too many.
local going = tonumber(ARGV[2])
local fresh, more = {}, 0
for i = 3 + going, #ARGV, 2 do
  local new = 1 - redis.call('HEXISTS', KEYS[1], ARGV[i])
  fresh[#fresh + 1] = new
  more = more + new
end
if more > 0 and redis.call('HLEN', KEYS[1]) + more > tonumber(ARGV[1]) then
  return false
end
for i = 3, 2 + going do
  redis.call('HDEL', KEYS[1], ARGV[i])
end
for i = 3 + going, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
return fresh
