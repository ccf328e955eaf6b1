#!/usr/bin/env bash
# compose-init.sh - what must be true before the containers start; run once by `docker compose up`.
#
# Makes the secrets at the first start, and hands each to the one container that reads it. Makes
# run/node-<port> on the host, where the nodes write stat.log: the folder stays the property of
# whoever owns the clone (or Docker would leave it to root), and its group is the nodes' user,
# which may write there. Files are readable by everybody. So `docker compose` and `make up` can
# follow each other in any order, with neither of them run by root.
#
# Runs as root with four capabilities (CHOWN, DAC_OVERRIDE, FOWNER, FSETID), no network, and four
# mounts: the volumes of secrets and of Redis' socket (which Redis alone may put there), run/, and
# deploy/ (read-only, to see who owns the clone).
# Where a file system knows no owners (a shared folder of a virtual machine) they are left alone.
set -euo pipefail

secrets=/var/lib/penstock/secrets
host=/host/run
here=/usr/local/lib/penstock
node=10001
redis=10002
postgres=10005

"$here/secrets.sh" "$secrets"
chmod 0711 "$secrets"
for name in redis-node.password redis-ledger.password redis-ctl.password order.key payment.key \
	webhook.key token.key operator.token pgpass; do
	chown "$node:$node" "$secrets/$name"
done
# While a key is changed, the one before it is believed as well (OPERATIONS.md).
for old in "$secrets"/*-old.key; do
	[ ! -e "$old" ] || chown "$node:$node" "$old"
done
chown "$postgres:$postgres" "$secrets/postgres.password"
chown "$redis:$redis" "$secrets/redis-admin.password" "$secrets/users.acl"
chown "$redis:$redis" /run/penstock-redis

owner=$(stat -c %u /host/deploy)
# give PATH OWNER GROUP MODE
give() {
	if ! { chown "$2:$3" "$1" && chmod "$4" "$1"; }; then
		echo "compose-init: left as it was: $1"
	fi
}

if [ "$(stat -c %u "$host")" = 0 ] && [ "$owner" != 0 ]; then
	give "$host" "$owner" "$(stat -c %g /host/deploy)" 0755
fi
sed -n 's/^ *server 127\.0\.0\.1:\([0-9]*\) .*weight=.*/\1/p' "$here/nginx.conf" |
	while read -r port; do
		mkdir -p "$host/node-$port"
		give "$host/node-$port" "$owner" "$node" 2775
		for log in "$host/node-$port"/stat.log*; do
			[ ! -f "$log" ] || give "$log" "$(stat -c %u "$log")" "$node" 0664
		done
	done
