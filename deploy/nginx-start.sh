#!/usr/bin/env bash
# nginx-start.sh - starts nginx in its container, in /run/penstock, which is memory.
#
# nginx.conf as it is baked into the image, but for the shield (PENSTOCK_SHIELD=1). The access log
# goes where `docker logs` reads, which bounds it.
set -euo pipefail

cd /run/penstock
ln -sf /dev/stdout access.log
shield=off
[ "${PENSTOCK_SHIELD:-0}" != 1 ] || shield=shield
sed "s/\"GET \" off;/\"GET \" $shield;/" /usr/local/lib/penstock/nginx.conf >nginx.conf
exec nginx -p /run/penstock -c /run/penstock/nginx.conf -e stderr -g "daemon off;"
