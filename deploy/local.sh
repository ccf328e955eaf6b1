#!/usr/bin/env bash
# local.sh up|down|reset [TOTAL]|redis-cli ARGS...|ctl ARGS...|status - the cluster without Docker.
#
# `up` starts Redis, the ledger, the nodes that nginx.conf names, and nginx, on this machine, with
# the same files and ports as compose. It installs what is missing, builds what is not built, and
# starts only the parts that are not running, so it may be said again at any time. Everything
# lives under run/: pids, logs, secrets, Redis' log, the ledger's database, one stat.log a node.
#
# Promises
#   - Before anything starts, every port is looked at; a taken one is named, and nothing starts.
#   - A process is signalled only after its command line has shown that it is ours.
#   - `down` lets nginx finish, then the nodes answer what they have, then the ledger writes down
#     what it has read, then Redis goes.
#   - No secret is an argument of a program, but in the environment of redis-cli alone.
#   - Only installing packages needs root.
#
# Settings: PENSTOCK_RUN (folder, default run), PENSTOCK_HTTP_PORT (8080), PENSTOCK_REDIS_PORT
# (6380), PENSTOCK_NODE_PORT (the first node's, 3001), PENSTOCK_LEDGER_PORT (3100), LEDGER_URL
# (sqlite:<run>/ledger/ledger.db, or postgresql://...), PENSTOCK_BINARIES (build),
# PENSTOCK_LIMIT_BY_ADDRESS (1: nginx limits the rate of each address too). With other ports
# and another folder a second cluster runs beside the first. The programs read their own settings
# from the environment too (PENSTOCK_BUFFER and others: penstock-node --help).
set -euo pipefail
# Debian keeps nginx where only root's PATH looks.
PATH=$PATH:/usr/sbin

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
run=$(realpath -m "${PENSTOCK_RUN:-$root/run}")
http_port=${PENSTOCK_HTTP_PORT:-8080}
redis_port=${PENSTOCK_REDIS_PORT:-6380}
# What the nodes ask Redis by; only they. A path longer than this is none to the kernel.
redis_socket=$run/redis/redis.sock
socket_path_max=107
ledger_port=${PENSTOCK_LEDGER_PORT:-3100}
binaries=$(realpath -m "${PENSTOCK_BINARIES:-$root/build}")
export LEDGER_URL=${LEDGER_URL:-sqlite:$run/ledger/ledger.db}
conf=$root/deploy/nginx.conf
mapfile -t ports < <(sed -n 's/^ *server 127\.0\.0\.1:\([0-9]*\) .*weight=.*/\1/p' "$conf")
if [ -n "${PENSTOCK_NODE_PORT:-}" ]; then
	for i in "${!ports[@]}"; do ports[i]=$((PENSTOCK_NODE_PORT + i)); done
fi
parts=(redis ledger "${ports[@]/#/node-}" nginx)
# How long a part may take to start (Redis reads its whole log first) and to stop.
start_seconds_max=120
stop_seconds_max=15

fail() { printf '%s\n' "$*" >&2; exit 1; }

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

# is_listened PORT: somebody listens there, on whatever address.
is_listened() {
	local hex
	hex=$(printf ':%04X' "$1")
	cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
		awk -v port="$hex\$" '$4 == "0A" && $2 ~ port { found = 1 } END { exit !found }'
}

# is_ready PART: it answers, and a node says that it may sell.
is_ready() {
	local port
	port=$(port_of "$1")
	case $1 in
	redis) [ "$(redis_cli ping 2>/dev/null)" = PONG ] ;;
	ledger) curl -fs -m 2 -o /dev/null "http://127.0.0.1:$port/healthz" ;;
	node-*) curl -fs -m 2 -o /dev/null "http://127.0.0.1:$port/readyz" ;;
	nginx) curl -fs -m 2 -o /dev/null "http://127.0.0.1:$port/time" ;;
	esac
}

redis_cli() {
	REDISCLI_AUTH=$(cat "$run/secrets/redis-admin.password") \
		redis-cli --user admin -h 127.0.0.1 -p "$redis_port" "$@"
}

# ---- up ----

prepare() {
	local part
	"$root/deploy/deps.sh" run
	if [ ! -x "$binaries/penstock-node" ] || [ ! -x "$binaries/penstock-ledger" ]; then
		"$root/deploy/deps.sh" build
		make --no-print-directory -C "$root" all
	fi
	mkdir -p "$run/log"
	for part in "${parts[@]}"; do mkdir -p "$run/$part"; done
	"$root/deploy/secrets.sh" "$run/secrets"
	render_conf
	# Ten thousand idle buyers are ten thousand files.
	ulimit -n "$(ulimit -H -n)"
}

# render_conf: nginx.conf with our folder of pages, and other ports if they are asked for.
render_conf() {
	local edits=() i
	mapfile -t stated < <(sed -n 's/^ *server \(127\.0\.0\.1:[0-9]*\) .*weight=.*/\1/p' "$conf")
	for i in "${!ports[@]}"; do
		edits+=(-e "s/${stated[i]} /127.0.0.1:${ports[i]} /;t")
	done
	if [ "${PENSTOCK_SHIELD:-0}" = 1 ]; then edits+=(-e 's/"GET " off;/"GET " shield;/;t'); fi
	if [ "${PENSTOCK_LIMIT_BY_ADDRESS:-0}" = 1 ]; then
		edits+=(-e 's/\(map "" $limited_address { default \)""/\1$binary_remote_addr/')
	fi
	sed -e "s/listen 0.0.0.0:8080 /listen 0.0.0.0:$http_port /;t" \
		-e "s/127.0.0.1:3100;/127.0.0.1:$ledger_port;/;t" \
		-e "s|alias \"[^\"]*\";|alias \"$root/web/\";|;t" "${edits[@]}" "$conf" \
		>"$run/nginx/nginx.conf"
}

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

# nginx_extra: started by root, nginx would give its workers to a user who may not read here.
nginx_extra() {
	if [ "$(id -u)" = 0 ]; then echo "daemon off; user root;"; else echo "daemon off;"; fi
}

# end_orphans: workers of an nginx whose master was killed still hold the port. They are in the
# session that launch made, whose number is the old master's.
end_orphans() {
	local session orphan
	pid_of nginx >/dev/null && return 0
	session=$(cat "$run/nginx.pid" 2>/dev/null) || return 0
	for orphan in $(ps -o pid= -s "$session" 2>/dev/null); do
		grep -q '^nginx: worker' "/proc/$orphan/cmdline" 2>/dev/null && kill "$orphan"
	done
	wait_until "! ps -s '$session' >/dev/null 2>&1" 5 || true
}

check_ports() {
	local part port taken=0
	for part in "${parts[@]}"; do
		port=$(port_of "$part")
		pid_of "$part" >/dev/null || ! is_listened "$port" || {
			echo "port $port, wanted by $part, is taken by another program" >&2
			taken=1
		}
	done
	[ "$taken" = 0 ] || fail "nothing was started; ss -ltnp shows who listens;" \
		"deploy/local.sh says how to use other ports"
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

# settle PART: waits until it is ready, shows it, or shows why not.
settle() {
	printf '  %-10s ' "$1"
	wait_until "is_ready $1 || ! pid_of $1 >/dev/null" "$start_seconds_max" || true
	if pid_of "$1" >/dev/null && is_ready "$1"; then
		printf 'ready, port %s\n' "$(port_of "$1")"
		return 0
	fi
	printf 'did not start; the end of %s:\n' "$run/log/$1.log"
	tail -n 10 "$run/log/$1.log" >&2
	fail "what was started still runs: 'make down' ends it"
}

# start_missing PART...: starts those that do not run, together, then waits for each.
start_missing() {
	local part
	for part in "$@"; do
		pid_of "$part" >/dev/null || start "$part"
	done
	for part in "$@"; do settle "$part"; done
}

up() {
	local part missing=0
	prepare
	end_orphans
	check_ports
	for part in "${parts[@]}"; do
		pid_of "$part" >/dev/null || missing=$((missing + 1))
	done
	case $missing in
	0) echo "Penstock is running already:" ;;
	"${#parts[@]}") echo "starting Penstock:" ;;
	*) echo "starting what does not run, $missing of ${#parts[@]}:" ;;
	esac
	start_missing redis
	start_missing ledger
	start_missing "${ports[@]/#/node-}"
	start_missing nginx
	if [ "$(redis_cli exists ticket_hash_key)" = 0 ]; then
		open_sale 10000
	fi
	cat <<-END

		selling     http://localhost:$http_port/buy/ticket
		for people  http://localhost:$http_port/
		try         ab -n 1000 -c 100 http://localhost:$http_port/buy/ticket
		            wc -l $run/node-*/stat.log
		look        make redis-cli ARGS="hgetall ticket_hash_key"
		            make ctl ARGS="orders list ticket --limit 5"
		check       make ctl ARGS=audit
		a new sale  make reset TOTAL=10000
		logs        $run/log/
		stop        make down
	END
}

# ---- down, reset, status ----

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

down() {
	local i part title="Penstock is not running"
	for part in "${parts[@]}"; do
		if pid_of "$part" >/dev/null; then title="stopping Penstock:"; fi
	done
	echo "$title"
	# nginx: QUIT is the signal after which it finishes what it has.
	finish nginx QUIT
	end_orphans
	for ((i = ${#ports[@]} - 1; i >= 0; i--)); do finish "node-${ports[i]}" TERM; done
	finish ledger TERM
	finish redis TERM
}

# open_sale TOTAL: the article's own line, then waits until every running node knows it.
open_sale() {
	local part port
	redis_cli hmset ticket_hash_key ticket_total_nums "$1" ticket_sold_nums 0 >/dev/null
	for part in "${ports[@]/#/node-}"; do
		port=$(port_of "$part")
		pid_of "$part" >/dev/null || continue
		wait_until "curl -fs -m 2 http://127.0.0.1:$port/stock/ticket | has_all $1" 10 ||
			fail "$part did not notice the new sale; see $run/log/$part.log"
	done
	echo "  ticket     $1 on sale"
}

# has_all N: the answer of /stock on standard input says that all of N are left.
has_all() {
	grep -E "\"total\": ?$1,.*\"left\": ?$1[,}]" >/dev/null
}

reset() {
	[[ $1 =~ ^(0|[1-9][0-9]{0,8})$ ]] || fail "TOTAL is a number of units, not '$1'"
	pid_of redis >/dev/null || fail "Penstock is not running: make up"
	open_sale "$1"
}

status() {
	local part pid state all=0
	for part in "${parts[@]}"; do
		if ! pid=$(pid_of "$part"); then
			state=stopped
		elif is_ready "$part"; then
			state=ready
		else
			state="not ready"
		fi
		[ "$state" = ready ] || all=3
		printf '%-10s %-9s port %-5s %s\n' "$part" "$state" "$(port_of "$part")" \
			"${pid:+pid $pid}"
	done
	[ $all != 0 ] || curl -fs -m 2 "http://127.0.0.1:$http_port/stock/ticket" || true
	return $all
}

# ctl ARGS...: penstockctl on this cluster. Its flags win over what is set here.
ctl() {
	[ -d "$run/secrets" ] || fail "there is no cluster in $run: make up"
	"$root/deploy/secrets.sh" "$run/secrets"
	export PENSTOCK_REDIS=127.0.0.1:$redis_port
	export PENSTOCK_REDIS_PASSWORD_FILE=$run/secrets/redis-ctl.password
	export PENSTOCK_ORDER_KEY_FILE=$run/secrets/order.key
	export PENSTOCK_TOKEN_KEY_FILE=$run/secrets/token.key
	export PENSTOCK_STAT_LOG=$run/node-*/stat.log
	export PENSTOCK_WEIGHTS_FROM=$run/nginx/nginx.conf
	[ -r "$PENSTOCK_WEIGHTS_FROM" ] || unset PENSTOCK_WEIGHTS_FROM
	exec "$binaries/penstockctl" "$@"
}

# lock: one up, down or reset at a time.
lock() {
	if ! mkdir -p "$run" || [ ! -w "$run" ]; then fail "$run cannot be written by $(id -un)"; fi
	exec 9>"$run/.lock"
	flock -w 150 9 || fail "another make up, down or reset is still at work"
}

case ${1:-} in
up) lock; up ;;
down) lock; down ;;
reset) lock; reset "${2:-${TOTAL:-10000}}" ;;
redis-cli) shift; redis_cli "$@" ;;
ctl) shift; ctl "$@" ;;
status) status ;;
*) fail "usage: local.sh up | down | reset [TOTAL] | redis-cli ARGS... | ctl ARGS... | status" ;;
esac
