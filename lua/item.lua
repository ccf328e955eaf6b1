#!lua
-- item.lua - alter an item: take over what was typed from outside.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
-- ARGV: 1 the verb: adopt
--
-- Answers:
--   OK        the view of the item (12 words), then what was done: one of
--   OPENED      a new epoch: the item is new, or its sold count was typed from outside
--   RESTOCKED   the total was changed from outside; units sold are as they were
--   KNOWN       nothing to do: somebody else has adopted it already
--   NOITEM    there is no such item
--   BROKEN    a sentence: the hash holds what no sale can be made from
--   BAD_CALL  there is no such verb
--
-- The article starts a sale by `hmset ticket_hash_key ticket_total_nums 10000 ticket_sold_nums 0`
-- and the next one by typing it again. The scripts keep shadows of both counts; a count that
-- differs from its shadow was not made by them. An epoch is named by the seq of the event that
-- opened it, so that no two are alike even if the hash was deleted in between: then seq goes
-- on from the stream's last id. Orders of earlier epochs stay readable and still expire; the
-- buyers' counts begin anew. Units already sold in a typed count are `outside`: not ours.
--
-- Keeps I1, I4, I5. Cost: O(1); the buyers' hash is freed in the background.

-- @include item

if ARGV[1] ~= 'adopt' then
	return {'BAD_CALL'}
end
local item, answer = item_read(true)
if not item then
	return answer
end

local total, sold, at = digits(item.total), digits(item.sold), digits(item.now)
local seq = item.seq
if item.fresh and redis.call('EXISTS', KEYS[6]) == 1 then
	local info = redis.call('XINFO', 'STREAM', KEYS[6])
	for i = 1, #info, 2 do
		if info[i] == 'last-generated-id' then
			seq = tonumber(string.match(info[i + 1], '^(%d+)%-'))
		end
	end
end
local done = 'KNOWN'
if item.fresh or item.known_sold ~= sold then
	done = 'OPENED'
elseif item.known_total ~= total then
	done = 'RESTOCKED'
end

-- Commit.
if done ~= 'KNOWN' then
	seq = seq + 1
	item.seq, item.gen = seq, item.gen + 1
	if done == 'OPENED' then
		item.epoch, item.paid, item.outside = seq, 0, item.sold
		redis.call('XADD', KEYS[6], digits(seq) .. '-0', 'opened',
			digits(seq) .. '|' .. at .. '|' .. total .. '|' .. sold)
		redis.call('UNLINK', KEYS[4])
	else
		local delta = digits(item.total - tonumber(item.known_total))
		redis.call('XADD', KEYS[6], digits(seq) .. '-0', 'restocked',
			digits(item.epoch) .. '|' .. at .. '|' .. total .. '|' .. delta)
	end
	redis.call('HSET', KEYS[1], 'ticket_total_nums', total, 'ticket_sold_nums', sold,
		'known_total', total, 'known_sold', sold, 'paid_nums', digits(item.paid),
		'outside_nums', digits(item.outside), 'seq', digits(seq),
		'epoch', digits(item.epoch), 'gen', digits(item.gen), 'last_ms', at)
end
if done == 'KNOWN' and (item.typed_total ~= total or item.typed_sold ~= sold) then
	-- The same numbers in other digits (007): written plainly, they are ours again.
	redis.call('HSET', KEYS[1], 'ticket_total_nums', total, 'ticket_sold_nums', sold)
end

local reply = item_view(item)
reply[13] = done
return reply
