-- Lists the operations kept for an actor without their results.
-- KEYS: {C/T/K}:ops      ARGV: none
-- Returns: {o:id, record, ...}
local listed = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if field:sub(1, 2) == 'o:' then
    listed[#listed + 1] = field
    listed[#listed + 1] = redis.call('HGET', KEYS[1], field)
  end
end
return listed
