#!/usr/bin/env bash
# local.sh up|down|reset [TOTAL]|redis-cli ARGS...|ctl ARGS...|status - the cluster without Docker.
#
# `up` starts Redis, the ledger, the nodes that nginx.conf names, and nginx, on this machine, with
# the same files and ports as compose. It installs what is missing, builds what is older than its
# source, and starts only the parts that are not running, so it may be said again at any time; what
# runs keeps its program and its settings until `down`. Everything lives under run/: pids, logs,
# secrets, Redis' log, the ledger's database, one stat.log a node.
#
# Promises
#   - Before anything starts, every port is looked at; a taken one is named, and nothing starts.
#   - A process is signalled only after it has shown that it is ours.
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
#
# The four ports and LEDGER_URL are told to `up` and kept in <run>/settings, where all verbs, a
# later `up` too, find them. Told another one while the cluster runs, each verb refuses and changes
# nothing; when nothing runs, `up` takes the new one. The parts one by one are in local-parts.sh.
set -euo pipefail
# Debian keeps nginx where only root's PATH looks.
PATH=$PATH:/usr/sbin

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
run=$(realpath -m "${PENSTOCK_RUN:-$root/run}")
binaries=$(realpath -m "${PENSTOCK_BINARIES:-$root/build}")
conf=$root/deploy/nginx.conf
# How a person says what is said here.
make="make"
[ "$run" = "$root/run" ] || make="PENSTOCK_RUN=$(printf %q "$run") make"

fail() { printf '%s\n' "$*" >&2; exit 1; }
# shellcheck source=local-parts.sh
. "$root/deploy/local-parts.sh"

# ---- settings ----

# setting NAME DEFAULT: NAME becomes what it is told to be, or what `up` was told last, or the
# default. (A value is not shown: LEDGER_URL may hold a password.)
setting() {
	local told=${!1:-} kept
	kept=$(sed -n "s/^$1=//p" "$run/settings" 2>/dev/null) || true
	kept=${kept:-$2}
	if [ -n "$told" ] && [ "$told" != "$kept" ] && is_any_running; then
		fail "$1 is not what the cluster in $run runs with ($run/settings):" \
			"leave it out; to change it, '$make down' without it, '$make up' with it"
	fi
	printf -v "$1" %s "${told:-$kept}"
}

settings() {
	local i
	mapfile -t ports < <(sed -n 's/^ *server 127\.0\.0\.1:\([0-9]*\) .*weight=.*/\1/p' "$conf")
	setting PENSTOCK_HTTP_PORT 8080
	setting PENSTOCK_REDIS_PORT 6380
	setting PENSTOCK_LEDGER_PORT 3100
	stated_port=${ports[0]}
	setting PENSTOCK_NODE_PORT "$stated_port"
	setting LEDGER_URL "sqlite:$run/ledger/ledger.db"
	export LEDGER_URL
	http_port=$PENSTOCK_HTTP_PORT
	redis_port=$PENSTOCK_REDIS_PORT
	ledger_port=$PENSTOCK_LEDGER_PORT
	if [ "$PENSTOCK_NODE_PORT" != "$stated_port" ]; then
		for i in "${!ports[@]}"; do ports[i]=$((PENSTOCK_NODE_PORT + i)); done
	fi
	parts=(redis ledger "${ports[@]/#/node-}" nginx)
}

# keep_settings: for the other verbs. Of two the default is not kept: nginx.conf may be edited, and
# the folder may move.
keep_settings() {
	local name
	rm -f "$run/settings"
	umask 077
	for name in PENSTOCK_{HTTP,REDIS,LEDGER,NODE}_PORT LEDGER_URL; do
		case $name=${!name} in
		"PENSTOCK_NODE_PORT=$stated_port") ;;
		"LEDGER_URL=sqlite:$run/ledger/ledger.db") ;;
		*) echo "$name=${!name}" ;;
		esac
	done >"$run/settings"
}

# ---- up ----

# build: the programs, where their sources are newer. A folder of one's own is taken as it is.
build() {
	if [ -n "${PENSTOCK_BINARIES:-}" ]; then
		[ -x "$binaries/penstock-node" ] || fail "PENSTOCK_BINARIES: nothing in $binaries"
	elif ! make -sq --no-print-directory -C "$root" VARIANT= programs 2>/dev/null; then
		"$root/deploy/deps.sh" build
		make --no-print-directory -C "$root" VARIANT= programs
	fi
}

prepare() {
	local part
	"$root/deploy/deps.sh" run
	build
	mkdir -p "$run/log"
	for part in "${parts[@]}"; do mkdir -p "$run/$part"; done
	"$root/deploy/secrets.sh" "$run/secrets"
	render_conf
	# Ten thousand idle buyers are ten thousand files.
	ulimit -n "$(ulimit -H -n)"
}

# render_conf: nginx.conf with our folder of pages, and other ports if they are asked for.
render_conf() {
	local edits=() i pages
	# A folder's name may hold what is not itself in nginx.conf, and then in sed.
	pages=$(sed 's/[\\"]/\\&/g; s/[\\&|]/\\&/g' <<<"$root/web/")
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
		-e "s|alias \"[^\"]*\";|alias \"$pages\";|;t" "${edits[@]}" "$conf" \
		>"$run/nginx/nginx.conf"
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

up() {
	local part missing=0
	prepare
	end_orphans "$(session_of_nginx)"
	check_ports
	for part in "${parts[@]}"; do
		pid_of "$part" >/dev/null || missing=$((missing + 1))
	done
	case $missing in
	0) echo "Penstock is running already; settings and new programs take effect" \
		"after '$make down':" ;;
	"${#parts[@]}") echo "starting Penstock:" ;;
	*) echo "starting what does not run, $missing of ${#parts[@]}; the others stay as they are:"
		;;
	esac
	(keep_settings)
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
		look        $make redis-cli ARGS="hgetall ticket_hash_key"
		            $make ctl ARGS="orders list ticket --limit 5"
		check       $make ctl ARGS=audit
		a new sale  $make reset TOTAL=10000
		logs        $run/log/
		stop        $make down
	END
}

# ---- down, reset, status ----

down() {
	local node nodes session
	if is_any_running; then echo "stopping Penstock:"; else echo "Penstock is not running"; fi
	# Those that were started, whatever nginx.conf says by now.
	mapfile -t nodes < <(started | grep ^node- | sort -r)
	# nginx: QUIT is the signal after which it finishes what it has.
	session=$(session_of_nginx)
	finish nginx QUIT
	end_orphans "$session"
	for node in "${nodes[@]}"; do finish "$node" TERM; done
	finish ledger TERM
	finish redis TERM
}

# open_sale TOTAL: the article's own line, then waits until every running node has heard of Redis
# since. How many are left by then is the buyers' affair.
open_sale() {
	local part typed micros state=open
	[ "$(redis_cli hget ticket_hash_key state)" != closed ] || fail "$closed"
	redis_cli hmset ticket_hash_key ticket_total_nums "$1" ticket_sold_nums 0 >/dev/null
	{ read -r typed && read -r micros; } < <(redis_cli time)
	typed=$((typed * 1000 + 10#$micros / 1000))
	for part in "${ports[@]/#/node-}"; do
		pid_of "$part" >/dev/null || continue
		wait_until "[ \"\$(stock $part asOf)\" -gt $typed ]" 10 2>/dev/null ||
			fail "$part does not sell it: see $run/log/$part.log"
		state=$(stock "$part" state)
	done
	case $state in
	open) echo "  ticket     $1 on sale" ;;
	paused)
		echo "  ticket     $1, and the sale is paused; to go on:" \
			"$make ctl ARGS=\"item resume ticket\""
		;;
	closed) fail "$closed" ;;
	*) fail "nothing is sold ($state): see $run/log/" ;;
	esac
}
closed="ticket was closed, for good; sell another item:
$make ctl ARGS=\"item create NAME --total N\""

# stock PART MEMBER: of what the node tells of ticket.
stock() {
	curl -fs -m 2 "http://127.0.0.1:$(port_of "$1")/stock/ticket" |
		sed -nE "s/.*\"$2\": ?\"?([a-z0-9]+).*/\1/p"
}

reset() {
	[[ $1 =~ ^(0|[1-9][0-9]{0,8})$ ]] || fail "TOTAL is a number of units, not '$1'"
	pid_of redis >/dev/null || fail "Penstock is not running: $make up"
	open_sale "$1"
}

status() {
	local part pid state all=0
	for part in "${parts[@]}"; do
		if ! pid=$(pid_of "$part"); then
			state=stopped
		elif is_well "$part"; then
			state=ready
		elif is_ready "$part"; then
			state="not well"
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
	[ -d "$run/secrets" ] || fail "there is no cluster in $run: $make up"
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
up) lock; settings; up ;;
down) lock; settings; down ;;
reset) lock; settings; reset "${2:-${TOTAL:-10000}}" ;;
redis-cli) shift; settings; redis_cli "$@" ;;
ctl) shift; settings; ctl "$@" ;;
status) settings; status ;;
*) fail "usage: local.sh up | down | reset [TOTAL] | redis-cli ARGS... | ctl ARGS... | status" ;;
esac
