#!lua
-- device.lua - the life of one device login (RFC 8628): opened, asked for, confirmed, given once.
--
-- KEYS: 1 HASH the login, named by the keyed hash of its user code  2 ZSET logins by their end
--       with confirm also  3 HASH wrong guesses of this user  4 HASH wrong guesses of all
-- ARGV: 1 open     2 keyed hash of the device code, 64 hex  3 life ms  4 interval ms  5 open max
--       1 poll     2 the same hash
--       1 confirm  2 allow or deny  3 user  4 score in tenths  5 unix s at which what proves the
--                  user expires; 0: nothing does  6 ms for which guesses count  7 guesses of one
--                  user  8 guesses of all
--
-- Answers:
--   OPENED            the user code may be shown
--   TAKEN             the user code is another login's
--   FULL              as many logins are open as may be
--   PENDING           nobody has said yes or no
--   SLOW_DOWN         interval ms: asked too soon, and from now on it is that
--   DENIED            its user said no
--   EXPIRED           nobody said yes, or the device did not ask, in time
--   GIVEN             user, score, unix s or 0, now ms: the user said yes; told once
--   NO_GRANT          there is no such login, or it was given out, or the device code is another's
--   ALLOWED           the user has said yes
--   REFUSED           the user has said no
--   NO_CODE           no login waits under this user code; counted as a guess
--   TOO_MANY_GUESSES  ms to wait; nothing was looked up
--   BAD_CALL          the words are not of their form
--
-- A login is kept a minute longer than it lives, so that its device can be told, then Redis drops
-- it: every key has an expiry. Saying again what was said is answered as the first time. Cost:
-- O(log n) of the open ones.

local GRACE_MS, INTERVAL_MS_MAX = 60000, 60000
local verb, time = ARGV[1], redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- The numbers in ARGV from `first` to `last`; nothing if one is none.
local function numbers(first, last)
	local found = {}
	for i = first, last do
		if not string.find(ARGV[i] or '', '^%d+$') or #ARGV[i] > 12 then
			return nil
		end
		found[#found + 1] = tonumber(ARGV[i])
	end
	return found
end

local function open(secret, life, interval, most)
	local over = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 100)
	if redis.call('EXISTS', KEYS[1]) == 1 then
		return {'TAKEN'}
	end
	local is_full = redis.call('ZCARD', KEYS[2]) - #over >= most

	-- Commit.
	if #over > 0 then
		redis.call('ZREM', KEYS[2], unpack(over))
	end
	if is_full then
		return {'FULL'}
	end
	redis.call('HSET', KEYS[1], 'secret', secret, 'state', 'pending', 'expires_ms', now + life,
		'interval_ms', interval, 'next_ms', 0)
	redis.call('PEXPIRE', KEYS[1], life + GRACE_MS)
	redis.call('ZADD', KEYS[2], now + life + GRACE_MS, KEYS[1])
	redis.call('PEXPIRE', KEYS[2], life + GRACE_MS)
	return {'OPENED'}
end

local function poll(secret)
	local f = redis.call('HMGET', KEYS[1], 'secret', 'state', 'expires_ms', 'interval_ms',
		'next_ms', 'user', 'score', 'until_s')
	if f[1] ~= secret then
		return {'NO_GRANT'}
	elseif f[2] == 'denied' then
		return {'DENIED'}
	elseif now >= tonumber(f[3]) then
		return {'EXPIRED'}
	end

	-- Commit.
	if f[2] == 'allowed' then
		redis.call('DEL', KEYS[1])
		redis.call('ZREM', KEYS[2], KEYS[1])
		return {'GIVEN', f[6], f[7], f[8], now}
	end
	local interval, is_soon = tonumber(f[4]), now < tonumber(f[5])
	if is_soon then
		interval = math.min(interval + 5000, INTERVAL_MS_MAX)
	end
	redis.call('HSET', KEYS[1], 'interval_ms', interval, 'next_ms', now + interval)
	return is_soon and {'SLOW_DOWN', interval} or {'PENDING'}
end

-- How long nobody may guess who has used up `most` guesses; 0: go on.
local function guesses_wait(key, most)
	local f = redis.call('HMGET', key, 'guesses', 'until_ms')
	local left = tonumber(f[2] or '0') - now
	return left > 0 and tonumber(f[1]) >= most and left or 0
end

-- Counts a wrong guess; the time in which they count begins with the first.
local function guesses_add(key, window)
	if tonumber(redis.call('HMGET', key, 'until_ms')[1] or '0') <= now then
		redis.call('HSET', key, 'guesses', 0, 'until_ms', now + window)
		redis.call('PEXPIRE', key, window)
	end
	redis.call('HINCRBY', key, 'guesses', 1)
end

local function confirm(state, user, n)
	local wait = math.max(guesses_wait(KEYS[3], n[4]), guesses_wait(KEYS[4], n[5]))
	if wait > 0 then
		return {'TOO_MANY_GUESSES', wait}
	end
	local f = redis.call('HMGET', KEYS[1], 'state', 'expires_ms', 'user')
	local is_open = f[1] and now < tonumber(f[2])
	local said = state == 'allowed' and 'ALLOWED' or 'REFUSED'
	if is_open and f[1] == state and f[3] == user then
		return {said}
	end

	-- Commit.
	if not is_open or f[1] ~= 'pending' then
		guesses_add(KEYS[3], n[3])
		guesses_add(KEYS[4], n[3])
		return {'NO_CODE'}
	end
	redis.call('HSET', KEYS[1], 'state', state, 'user', user, 'score', n[1], 'until_s', n[2])
	return {said}
end

local is_hash = string.find(ARGV[2] or '', '^%x+$') and #ARGV[2] == 64
if verb == 'open' and is_hash and #ARGV == 5 and #KEYS == 2 and numbers(3, 5) then
	return open(ARGV[2], unpack(numbers(3, 5)))
elseif verb == 'poll' and is_hash and #ARGV == 2 and #KEYS == 2 then
	return poll(ARGV[2])
elseif verb == 'confirm' and (ARGV[2] == 'allow' or ARGV[2] == 'deny') and #ARGV == 8 and
		#KEYS == 4 and string.find(ARGV[3], '^[%w._@-]+$') and #ARGV[3] <= 64 and
		numbers(4, 8) then
	return confirm(ARGV[2] == 'allow' and 'allowed' or 'denied', ARGV[3], numbers(4, 8))
end
return {'BAD_CALL'}
