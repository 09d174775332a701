-- Hand a consumer entries of each tenant's stream. KEYS: stream and log of each tenant. ARGV: group,
-- consumer, most entries of each stream; and, to take over what others left undone, the milliseconds
-- after which they count as gone.
-- Answers for each tenant the entries and, side by side, the second lines of their payloads ('' for
-- what was erased meanwhile).
local group, consumer, most, gone = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local function new(stream)
  return redis.pcall('XREADGROUP', 'GROUP', group, consumer, 'COUNT', most, 'STREAMS', stream, '>')
end

local function abandoned(stream)
  local claim = redis.call('XAUTOCLAIM', stream, group, consumer, gone, '0-0', 'COUNT', most, 'JUSTID')
  for _, fields in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
    local other = {}
    for i = 1, #fields, 2 do
      other[fields[i]] = fields[i + 1]
    end
    if other.name ~= consumer and other.pending == 0 and other.idle >= gone then
      redis.call('XGROUP', 'DELCONSUMER', stream, group, other.name)
    end
  end
  return claim[2]
end

local answers = {}
for i = 1, #KEYS, 2 do
  local stream, entries, lines = KEYS[i], {}, {}
  local read = new(stream)
  if read and read.err then
    -- Nobody has read this stream before.
    redis.call('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
    read = new(stream)
  end
  for _, entry in ipairs(read and read[1][2] or {}) do
    entries[#entries + 1] = entry[1]
  end
  for _, entry in ipairs(gone and abandoned(stream) or {}) do
    entries[#entries + 1] = entry
  end
  if #entries > 0 then
    for j, payload in ipairs(redis.call('HMGET', KEYS[i + 1], unpack(entries))) do
      lines[j] = payload and payload:match('\n(.*)') or ''
    end
  end
  answers[#answers + 1] = { entries, lines }
end
return answers
