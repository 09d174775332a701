-- Learners of one tenant, each as answers need them: the folded state and what came after it, so never stale.
-- KEYS: log, erased, then each learner's profile, history, state and badges, then the bucket that each takes a
-- token from, if any. ARGV: most events, each learner's tombstone, then the bucket's tokens a second and most.
-- Answers for each the profile (or false), when the learner was erased (or false), at least the latest events
-- and what counts of the badges, always in the same order; or the microseconds to wait for a token.
local log, erased, most = KEYS[1], KEYS[2], tonumber(ARGV[1])
local learners = math.floor((#KEYS - 2) / 4)
local bucket = KEYS[3 + 4 * learners]
local per_second, burst = tonumber(ARGV[2 + learners]), tonumber(ARGV[3 + learners])

local function told(profile, history, state, badges, tombstone)
  local length = redis.call('LLEN', history)
  local _, done = head(state)
  local events = done and redis.call('GETRANGE', state, HEAD, -1) or ''
  if length > (done or 0) then
    events = events .. counting(history, log, math.max(done or 0, length - most, 0))
  end
  local kept = redis.call('HVALS', badges)
  for i, badge in ipairs(kept) do
    kept[i] = badge:match('[^\n]*')
  end
  table.sort(kept)
  return { redis.call('GET', profile), redis.call('ZSCORE', erased, tombstone), events, kept }
end

local answers = {}
for i = 1, learners do
  local at = 4 * i - 1
  answers[i] = bucket and pay(bucket, per_second, burst, 1)
    or told(KEYS[at], KEYS[at + 1], KEYS[at + 2], KEYS[at + 3], ARGV[1 + i])
end
return answers
