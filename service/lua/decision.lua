-- All decisions under one request id. KEYS: decision. Answers payloads.
return redis.call('HVALS', KEYS[1])
