#!/usr/bin/env bash
# nginx-start.sh [CONF [FOLDER]] - starts nginx in its container, in /run/penstock, which is memory.
#
# nginx.conf as it is baked into the image, but for what is switched on: the shield
# (PENSTOCK_SHIELD=1), a limit of the rate of each client's address (PENSTOCK_LIMIT_BY_ADDRESS=1).
# The access log goes where `docker logs` reads, which bounds it.
set -euo pipefail

conf=${1:-/usr/local/lib/penstock/nginx.conf}
folder=${2:-/run/penstock}
ln -sf /dev/stdout "$folder/access.log"
edits=()
if [ "${PENSTOCK_SHIELD:-0}" = 1 ]; then edits+=(-e 's/"GET " off;/"GET " shield;/'); fi
if [ "${PENSTOCK_LIMIT_BY_ADDRESS:-0}" = 1 ]; then
	edits+=(-e 's/\(map "" $limited_address { default \)""/\1$binary_remote_addr/')
fi
if [ ${#edits[@]} -gt 0 ]; then
	sed "${edits[@]}" "$conf" >"$folder/nginx.conf"
	conf=$folder/nginx.conf
fi
exec nginx -p "$folder" -c "$conf" -e stderr -g "daemon off;"
