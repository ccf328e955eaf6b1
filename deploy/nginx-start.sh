#!/bin/sh
# nginx-start.sh CONF PREFIX - becomes nginx under CONF, as the container's only process.
#
# With PENSTOCK_LIMIT_BY_ADDRESS=1 nginx runs under a copy of CONF in PREFIX that limits the rate of
# each client's address as well. CONF itself is only read.
set -eu
conf=$1 prefix=$2
if [ "${PENSTOCK_LIMIT_BY_ADDRESS:-0}" = 1 ]; then
	sed 's/\(map "" $limited_address { default \)""/\1$binary_remote_addr/' "$conf" \
		>"$prefix/nginx.conf"
	conf=$prefix/nginx.conf
fi
exec nginx -p "$prefix" -c "$conf" -e stderr -g 'daemon off;'
