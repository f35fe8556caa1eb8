-- LETTERS: one page of dead letters, newest first, until it has so many or so many bytes.
-- KEYS: {C/dead} itself, :at or :t:<type>      ARGV: highest number, limit, bytes
-- Returns: {cursor ('' = the end), record, ...}
local found, page, bytes = redis.call('ZREVRANGEBYSCORE', KEYS[2], ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2]), {''}, 0
for i = 1, #found, 2 do
  local record = redis.call('HGET', KEYS[1], found[i])
  page[#page + 1], bytes = record, bytes + #record
  if bytes >= tonumber(ARGV[3]) or i + 1 == 2 * ARGV[2] then
    page[1] = found[i + 1]
    break
  end
end
return page
