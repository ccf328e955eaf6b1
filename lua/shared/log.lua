-- shared/log.lua - events on their way into the stream.
--
-- A verb notes what it decided, each event one seq further, and appends them all as the first
-- thing it writes: XADD alone could refuse (a stream that is ahead of the hash, I8), and then
-- nothing is written. Needs item.lua before it.

local noted = {}

-- Decides an event: `kind` and its words. Only the item's seq moves.
local function log_note(item, kind, ...)
	item.seq = item.seq + 1
	noted[#noted + 1] = {digits(item.seq) .. '-0', kind, table.concat({...}, '|')}
end

-- Writes what was noted.
local function log_append()
	for _, event in ipairs(noted) do
		redis.call('XADD', KEYS[6], event[1], event[2], event[3])
	end
end
