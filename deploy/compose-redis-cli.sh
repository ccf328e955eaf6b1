#!/bin/sh
# compose-redis-cli.sh - redis-cli inside the Redis container: already logged in.
#
# Stands before Debian's redis-cli on the PATH, so that what is typed from the article works:
#   docker compose exec redis redis-cli hgetall ticket_hash_key
# The operator's password reaches redis-cli by its environment and never by its arguments.
set -eu
REDISCLI_AUTH=$(cat /var/lib/penstock/secrets/redis-admin.password)
export REDISCLI_AUTH
exec /usr/bin/redis-cli --user admin -p 6380 "$@"
