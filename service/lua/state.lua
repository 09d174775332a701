-- One learner, as answers need them: the folded state and what came after it, so never stale.
-- KEYS: profile, history, log, erased, state. ARGV: tombstone, most events.
-- Answers the profile (or false), when the learner was erased (or false), and at least the latest events.
local length = redis.call('LLEN', KEYS[2])
local oldest = math.max(0, length - ARGV[2])
local _, done = head(KEYS[5])
local events = done and redis.call('GETRANGE', KEYS[5], HEAD, -1) or ''
if length > (done or 0) then
  events = events .. counting(KEYS[2], KEYS[3], math.max(done or 0, oldest))
end
return { redis.call('GET', KEYS[1]), redis.call('ZSCORE', KEYS[4], ARGV[1]), events }
