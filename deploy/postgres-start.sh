#!/usr/bin/env bash
# postgres-start.sh - a PostgreSQL server for the ledger, in a container of its own.
#
# Makes the data folder at its first start: one user, `penstock`, whose password is the one in
# the secrets' pgpass, and one database of that name. Listens on loopback only, which in compose
# is the network of `pod`. A commit is on the disk before it is acknowledged (fsync and
# synchronous_commit stay on, their defaults).
#
# Promises: the password is never an argument; a folder whose making was cut off is made anew.
set -euo pipefail

data=/var/lib/penstock/postgres/data
pgpass=/var/lib/penstock/secrets/postgres.password
bin=$(echo /usr/lib/postgresql/*/bin)

if [ ! -f "$data/made" ]; then
	rm -rf "$data"
	"$bin/initdb" -D "$data" -U penstock --pwfile="$pgpass" --auth=scram-sha-256 \
		--encoding=UTF8 --locale=C.UTF-8 >/dev/null
	echo "create database penstock" | "$bin/postgres" --single -D "$data" postgres >/dev/null
	touch "$data/made"
fi
exec "$bin/postgres" -D "$data" -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp
