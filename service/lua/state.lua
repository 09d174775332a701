-- One learner, as answers need them: the folded state and what came after it, so never stale.
-- KEYS: profile, history, log, erased, state, badges. ARGV: tombstone, most events.
-- Answers the profile (or false), when the learner was erased (or false), at least the latest events, and
-- what counts of the badges, always in the same order.
local length = redis.call('LLEN', KEYS[2])
local oldest = math.max(0, length - ARGV[2])
local _, done = head(KEYS[5])
local events = done and redis.call('GETRANGE', KEYS[5], HEAD, -1) or ''
if length > (done or 0) then
  events = events .. counting(KEYS[2], KEYS[3], math.max(done or 0, oldest))
end
local badges = redis.call('HVALS', KEYS[6])
for i, badge in ipairs(badges) do
  badges[i] = badge:match('[^\n]*')
end
table.sort(badges)
return { redis.call('GET', KEYS[1]), redis.call('ZSCORE', KEYS[4], ARGV[1]), events, badges }
