#!/usr/bin/env bash
# secrets.sh DIR - makes the secrets of a cluster at its first start.
#
# Four files, readable by their owner only: the password of the nodes and of the operator for
# Redis, the key that seals order numbers (64 hex digits), and Redis' list of users. The list is
# a function of the passwords and of this script, and is written again when either changed; the
# other three are made once and never touched. Nothing ends with a newline but the list.
#
# Promises: no secret is ever an argument of a program (printf is the shell's own; hashes are
# taken from standard input), none is printed, a file appears whole or not at all, and two runs
# at once agree.
set -euo pipefail
umask 077

# What a node may do, on the keys of items only. It reads Redis' settings to check them, and the
# commands from hmget on are those inside the scripts: Redis asks for each of them too.
node_commands="auth hello ping evalsha script|load config|get info acl|dryrun acl|whoami
hmget hget hset hdel hgetall hlen hexists hincrby zadd zrem zrange zrangebyscore zcard
xadd xinfo xrange xrevrange xlen time del unlink exists"

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

users() {
	local command allowed=""
	for command in $node_commands; do
		allowed="$allowed +$command"
	done
	# Off: nobody can log in as it, and before AUTH nothing is answered. Yet it may do
	# everything, because Redis replays its log as this user: without these rights each
	# transaction in the log is refused with NOPERM at a restart, and every order is gone.
	printf 'user default off resetpass ~* &* +@all\n'
	printf 'user penstock on #%s ~*_hash_key ~{*_hash_key}:* resetchannels -@all%s\n' \
		"$(hash_of redis-node.password)" "$allowed"
	printf 'user admin on #%s ~* &* +@all\n' "$(hash_of redis-admin.password)"
}

[ $# -eq 1 ] || { echo "usage: secrets.sh DIR" >&2; exit 2; }
dir=$1
mkdir -p "$dir"
exec 9>"$dir/.lock"
flock 9

once redis-node.password
once redis-admin.password
once order.key
if ! users | cmp -s - "$dir/users.acl"; then
	users | put users.acl
fi
