-- A shared path. KEYS: the path. Answers its payload, or nothing.
return redis.call('GET', KEYS[1])
