#!/usr/bin/env bash
# local-parts.sh - the programs of a cluster without Docker, one by one. Sourced by local.sh.
#
# A part is redis, ledger, nginx or node-PORT. Here stands how each is known among the processes of
# this machine, started, waited for and ended; what is done to all of them, and in what order,
# stands in local.sh, whose settings (run, ports, binaries and others) are used here.
#
# A process is signalled only after its command line has shown that it is ours.
# shellcheck disable=SC2154

# What the nodes ask Redis by; only they. A path longer than this is none to the kernel.
redis_socket=$run/redis/redis.sock
socket_path_max=107
# How long a part may take to start (Redis reads its whole log first) and to stop.
start_seconds_max=120
stop_seconds_max=15
# How long a ledger may take to find its database before it is told.
well_seconds_max=5

# ---- what runs ----

port_of() {
	case $1 in
	redis) echo "$redis_port" ;;
	ledger) echo "$ledger_port" ;;
	nginx) echo "$http_port" ;;
	node-*) echo "${1#node-}" ;;
	esac
}

# mark_of PART: what the command line of this part, and of no other process, holds.
mark_of() {
	case $1 in
	redis) echo " $run/redis " ;;
	ledger) echo " --redis-password-file $run/secrets/redis-ledger.password " ;;
	nginx) echo " -p $run/nginx " ;;
	node-*) echo " --stat-log $run/$1/stat.log " ;;
	esac
}

# pid_of PART: its process id, if it runs and is ours.
pid_of() {
	local pid
	pid=$(cat "$run/$1.pid" 2>/dev/null) || return 1
	[[ $pid =~ ^[0-9]+$ ]] || return 1
	tr '\0' ' ' <"/proc/$pid/cmdline" | grep -F -- "$(mark_of "$1")" >/dev/null || return 1
	echo "$pid"
} 2>/dev/null

# started: the parts that were started and not ended, which need not run any more.
started() {
	local file
	for file in "$run"/*.pid; do
		[ ! -e "$file" ] || basename "$file" .pid
	done
}

is_any_running() {
	local part
	for part in $(started); do
		if pid_of "$part" >/dev/null; then return 0; fi
	done
	return 1
}

# is_listened PORT: somebody listens there, on whatever address.
is_listened() {
	local hex
	hex=$(printf ':%04X' "$1")
	cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
		awk -v port="$hex\$" '$4 == "0A" && $2 ~ port { found = 1 } END { exit !found }'
}

# is_ready PART: it answers, and a node says that it may sell. A ledger that answers is ready,
# whatever it says: nothing of the sale waits for it.
is_ready() {
	local port
	port=$(port_of "$1")
	case $1 in
	redis) [ "$(redis_cli ping 2>/dev/null)" = PONG ] ;;
	ledger) curl -s -m 2 -o /dev/null "http://127.0.0.1:$port/healthz" ;;
	node-*) curl -fs -m 2 -o /dev/null "http://127.0.0.1:$port/readyz" ;;
	nginx) curl -fs -m 2 -o /dev/null "http://127.0.0.1:$port/time" ;;
	esac
}

# is_well PART: it is ready, and the ledger records all items or stands by.
is_well() {
	is_ready "$1" || return 1
	[ "$1" != ledger ] ||
		curl -fs -m 2 -o /dev/null "http://127.0.0.1:$(port_of ledger)/healthz"
}

redis_cli() {
	REDISCLI_AUTH=$(cat "$run/secrets/redis-admin.password") \
		redis-cli --user admin -h 127.0.0.1 -p "$redis_port" "$@"
}

# wait_until CONDITION SECONDS: the condition is shell text, tried ten times a second.
wait_until() {
	local tries=$(($2 * 10))
	until eval "$1"; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		[ $((tries % 5)) != 0 ] || [ ! -t 1 ] || printf '.'
		sleep 0.1
	done
}

# ---- starting ----

# take_over PART: a stat.log left by compose belongs to the container's user. The folder is
# ours, so a copy takes its place, with the same lines.
take_over() {
	local log=$run/$1/stat.log
	[ -e "$log" ] && [ ! -w "$log" ] || return 0
	if ! { cp "$log" "$log.copy" && mv -f "$log.copy" "$log"; }; then
		fail "neither $log nor its folder can be written: as the owner, remove it"
	fi
}

# launch PART COMMAND...: in the background, in a session of its own, without our lock. Returns
# when the new process has become the command, or has died.
launch() {
	local part=$1
	shift
	setsid "$@" >>"$run/log/$part.log" 2>&1 </dev/null 9>&- &
	echo $! >"$run/$part.pid"
	wait_until "pid_of $part >/dev/null || ! kill -0 $! 2>/dev/null" 5 || true
}

# redis_address: of the running Redis, for a node: its socket, if it has one.
redis_address() {
	[ ! -S "$redis_socket" ] || { echo "unix:$redis_socket"; return; }
	echo "127.0.0.1:$redis_port"
}

# nginx_extra: started by root, nginx would give its workers to a user who may not read here.
nginx_extra() {
	if [ "$(id -u)" = 0 ]; then echo "daemon off; user root;"; else echo "daemon off;"; fi
}

start() {
	local port memory=${PENSTOCK_REDIS_MAXMEMORY:-} socket=()
	port=$(port_of "$1")
	if [ ${#redis_socket} -le "$socket_path_max" ]; then
		socket=(--unixsocket "$redis_socket" --unixsocketperm 700)
	fi
	case $1 in
	redis)
		launch redis "$root/deploy/redis-start.sh" "$root/deploy/redis.conf" "$run/redis" \
			--port "$redis_port" "${socket[@]}" ${memory:+--maxmemory "$memory"}
		;;
	ledger)
		launch ledger "$binaries/penstock-ledger" --listen "127.0.0.1:$port" \
			--redis "127.0.0.1:$redis_port" \
			--redis-password-file "$run/secrets/redis-ledger.password" \
			--order-key-file "$run/secrets/order.key" \
			--webhook-key-file "$run/secrets/webhook.key"
		;;
	node-*)
		take_over "$1"
		launch "$1" "$binaries/penstock-node" --name "$1" --listen "127.0.0.1:$port" \
			--weights-from "$run/nginx/nginx.conf" --redis "$(redis_address)" \
			--redis-password-file "$run/secrets/redis-node.password" \
			--order-key-file "$run/secrets/order.key" \
			--payment-key-file "$run/secrets/payment.key" \
			--token-key-file "$run/secrets/token.key" \
			--operator-token-file "$run/secrets/operator.token" \
			--device-url "${PENSTOCK_DEVICE_URL:-http://localhost:$http_port}" \
			--stat-log "$run/$1/stat.log"
		;;
	nginx)
		launch nginx nginx -p "$run/nginx" -c "$run/nginx/nginx.conf" -e stderr \
			-g "$(nginx_extra)"
		;;
	esac
}

# warn_of PART: what the ledger says is wrong.
warn_of() {
	printf '             warning: it is not well: '
	curl -s -m 2 "http://127.0.0.1:$(port_of "$1")/healthz" || echo "no answer"
	echo "             (docs/LEDGER.md; the shop opens all the same)"
}

# settle PART: waits until it is ready, shows it, or shows why not.
settle() {
	printf '  %-10s ' "$1"
	wait_until "is_ready $1 || ! pid_of $1 >/dev/null" "$start_seconds_max" || true
	if pid_of "$1" >/dev/null && is_ready "$1"; then
		printf 'ready, port %s\n' "$(port_of "$1")"
		wait_until "is_well $1" "$well_seconds_max" || warn_of "$1"
		return 0
	fi
	printf 'did not start; the end of %s:\n' "$run/log/$1.log"
	tail -n 10 "$run/log/$1.log" >&2
	fail "what was started still runs: '$make down' ends it"
}

# start_missing PART...: starts those that do not run, together, then waits for each.
start_missing() {
	local part
	for part in "$@"; do
		pid_of "$part" >/dev/null || start "$part"
	done
	for part in "$@"; do settle "$part"; done
}

# ---- ending ----

# finish PART SIGNAL: asks it to end, and insists if it does not.
finish() {
	local pid signal
	pid=$(pid_of "$1") || { rm -f "$run/$1.pid"; return 0; }
	printf '  %-10s ' "$1"
	for signal in "$2" TERM KILL; do
		kill "-$signal" "$pid" 2>/dev/null || true
		wait_until "! pid_of $1 >/dev/null" "$stop_seconds_max" && break
	done
	rm -f "$run/$1.pid"
	printf 'stopped (%s)\n' "$signal"
}

# end_orphans SESSION: the children of an nginx whose master was killed, workers that still hold the
# port and a cache manager. They are in the session that launch made, whose number is the old
# master's; as that number may be another's by now, only those are ended whose error log is ours.
end_orphans() {
	local orphan
	pid_of nginx >/dev/null && return 0
	for orphan in $(ps -o pid= -s "${1:-0}" 2>/dev/null); do
		is_our_child "$orphan" && kill "$orphan"
	done
	wait_until "! is_orphan_left ${1:-0}" 5 || true
}

is_our_child() {
	grep -qE '^nginx: (worker|cache)' "/proc/$1/cmdline" 2>/dev/null &&
		[[ $(readlink "/proc/$1/fd/2") = "$run/log/nginx.log"* ]]
}

is_orphan_left() {
	local one
	for one in $(ps -o pid= -s "$1" 2>/dev/null); do
		if is_our_child "$one"; then return 0; fi
	done
	return 1
}

# session_of_nginx: its master's number, running or not.
session_of_nginx() {
	grep -xE '[0-9]+' "$run/nginx.pid" 2>/dev/null || true
}
