#!lua flags=no-writes
-- items.lua - which items there are, a page at a time.
--
-- KEYS: none
-- ARGV: 1 the page, digits: 0, then what the last answer said
--
-- Answers:
--   OK        the next page, 0 behind the last; then the names of this page's items
--   BAD_CALL  the page is not digits
--
-- An item is a hash <name>_hash_key. One that is there all the time is named at least once, perhaps
-- twice; a key of another kind with such a name is passed over. It only reads.
-- Cost: O(PAGE) for each page; the keyspace holds a dozen keys an item.

local PAGE, NAME = 500, '^([a-z0-9][a-z0-9_-]*)_hash_key$'

if #ARGV ~= 1 or not string.find(ARGV[1], '^%d+$') or #ARGV[1] > 20 then
	return {'BAD_CALL'}
end
local page = redis.call('SCAN', ARGV[1], 'MATCH', '*_hash_key', 'COUNT', PAGE, 'TYPE', 'hash')
local reply = {'OK', page[1]}
for _, key in ipairs(page[2]) do
	local name = string.match(key, NAME)
	if name and #name <= 32 then
		reply[#reply + 1] = name
	end
end
return reply
