-- shared/log.lua - events on their way into the stream.
--
-- A verb notes what it decided, each event one seq further, and appends them all in one entry as
-- the first thing it writes: XADD alone could refuse (a stream that is ahead of the hash, I8), and
-- then nothing is written. An entry is what one call did: its fields are the events' seqs, their
-- values the kind and the words, its id the last seq. Needs item.lua before it.

local noted = {}

-- Decides an event: `kind` and its words. Only the item's seq moves.
local function log_note(item, kind, ...)
	item.seq = item.seq + 1
	noted[#noted + 1] = digits(item.seq)
	noted[#noted + 1] = kind .. '|' .. table.concat({...}, '|')
end

-- Writes what was noted, if anything was.
local function log_append()
	if #noted > 0 then
		redis.call('XADD', KEYS[6], noted[#noted - 1] .. '-0', unpack(noted))
	end
end
