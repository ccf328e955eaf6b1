#!/usr/bin/env bash
# postgres-start.sh [DATA [PASSWORD-FILE [PROGRAMS]]] - PostgreSQL for the ledger, in a container.
#
# Makes the data folder at its first start: one user, `penstock`, whose password is the one in
# the secrets' pgpass, and one database of that name. Listens on loopback only, which in compose
# is the network of `pod`. A commit is on the disk before it is acknowledged (fsync and
# synchronous_commit stay on, their defaults).
#
# Promises: the password is never an argument. The folder is made beside its place and moved there
# when it is whole, so a making that was cut off is begun anew. What has a PG_VERSION is a database,
# one from a backup too, and is never deleted; a folder with anything else in it is left alone.
set -euo pipefail

data=${1:-/var/lib/penstock/postgres/data}
pgpass=${2:-/var/lib/penstock/secrets/postgres.password}
bin=${3:-$(echo /usr/lib/postgresql/*/bin)}

if [ ! -e "$data/PG_VERSION" ]; then
	if [ -d "$data" ] && ! rmdir "$data"; then
		echo "postgres-start: $data is no database and not empty: empty it by hand" >&2
		exit 1
	fi
	rm -rf "$data.new"
	"$bin/initdb" -D "$data.new" -U penstock --pwfile="$pgpass" --auth=scram-sha-256 \
		--encoding=UTF8 --locale=C.UTF-8 >/dev/null
	echo "create database penstock" |
		"$bin/postgres" --single -D "$data.new" postgres >/dev/null
	mv "$data.new" "$data"
fi
exec "$bin/postgres" -D "$data" -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp
