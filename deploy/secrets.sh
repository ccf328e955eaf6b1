#!/usr/bin/env bash
# secrets.sh DIR - makes the secrets of a cluster at its first start.
#
# Files readable by their owner only: the passwords for Redis of the nodes, the ledger, penstockctl
# and the operator; the ledger's for PostgreSQL, plain and in the form of libpq's PGPASSFILE; the
# keys that seal order numbers, payment callbacks, webhooks and buyers' tokens (64 hex digits each);
# the operator's token for the page /admin/;
# and Redis' list of users. The list is a function of the passwords and of this script, and is
# written again when either changed; the others are made once and never touched. Nothing ends with
# a newline but the list and the PGPASSFILE.
#
# Promises: no secret is ever an argument of a program (printf is the shell's own; hashes are
# taken from standard input), none is printed, a file appears whole or not at all, and two runs
# at once agree.
set -euo pipefail
umask 077

# What a node may do, on the keys of items and of device logins only. It reads Redis' settings to
# check them, and the commands from hmget on are those inside the scripts: Redis asks for each of
# them too.
node_commands="auth hello ping evalsha script|load config|get info acl|dryrun acl|whoami
hmget hget hset hdel hgetall hlen hexists hincrby zadd zrem zrange zrangebyscore zcard
xadd xinfo xrange xrevrange xlen time del unlink exists sadd scard sismember smismember
pexpire scan"

# The ledger reads the streams and runs trim.lua. It cannot append an event, so it cannot sell; but
# whoever loads scripts may use each of these commands in them, on counts and records too.
ledger_commands="auth hello ping evalsha script|load info acl|dryrun scan type
xread xrange xinfo xlen xtrim hmget hget hset hdel hlen zadd zrem zrange zrangebyscore zcard
time exists"

# penstockctl runs every script but buy.lua and sync.lua, and reads everything for its audit.
ctl_commands="$node_commands type hscan zscan xread xtrim xsetid multi exec hstrlen"

# random_hex: 32 random bytes as 64 hex digits.
random_hex() {
	od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'
}

# put NAME: standard input becomes the file, whole.
put() {
	cat >"$dir/.$1.new"
	sync "$dir/.$1.new"
	mv -f "$dir/.$1.new" "$dir/$1"
}

# once NAME: a new random file, unless it is there.
once() {
	[ -s "$dir/$1" ] || random_hex | put "$1"
}

# hash_of NAME: SHA-256 of a password file, as Redis wants it.
hash_of() {
	sha256sum <"$dir/$1" | cut -d' ' -f1
}

# user NAME COMMANDS PASSWORD-FILE [KEYS]: a user of the keys of items, perhaps of others, and of
# those commands only. Redis tries the patterns in turn for each key of each command: the one that
# most keys are of, and that tells by the first letter whether one is not, stands first (buy.lua
# with ten orders: 3 % fewer instructions than in the other order).
user() {
	local command allowed=""
	for command in $2; do
		allowed="$allowed +$command"
	done
	printf 'user %s on #%s ~{*_hash_key}:* ~*_hash_key%s resetchannels -@all%s\n' \
		"$1" "$(hash_of "$3")" "${4:+ ~$4}" "$allowed"
}

users() {
	# Off: nobody can log in as it, and before AUTH nothing is answered. Yet it may do
	# everything, because Redis replays its log as this user: without these rights each
	# transaction in the log is refused with NOPERM at a restart, and every order is gone.
	printf 'user default off resetpass ~* &* +@all\n'
	user penstock "$node_commands" redis-node.password "penstock:device:*"
	user penstock-ledger "$ledger_commands" redis-ledger.password
	user penstock-ctl "$ctl_commands" redis-ctl.password
	printf 'user admin on #%s ~* &* +@all\n' "$(hash_of redis-admin.password)"
}

[ $# -eq 1 ] || { echo "usage: secrets.sh DIR" >&2; exit 2; }
dir=$1
mkdir -p "$dir"
exec 9>"$dir/.lock"
flock 9

for name in redis-node.password redis-ledger.password redis-ctl.password redis-admin.password \
	order.key payment.key webhook.key token.key operator.token postgres.password; do
	once "$name"
done
if [ ! -s "$dir/pgpass" ]; then
	printf '*:*:*:penstock:%s\n' "$(cat "$dir/postgres.password")" | put pgpass
fi
if ! users | cmp -s - "$dir/users.acl"; then
	users | put users.acl
fi
