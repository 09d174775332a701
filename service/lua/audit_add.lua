-- Add to the audit log and let go of what is too old. KEYS: stream. ARGV: seconds kept, payload.
local oldest = string.format('%.0f', (redis.call('TIME')[1] - ARGV[1]) * 1000)
redis.call('XADD', KEYS[1], 'MINID', '=', oldest, '*', 'p', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[1])
