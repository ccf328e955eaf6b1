#!/usr/bin/env bash
# sale.sh - the story that is told once with each generation of compose. Sourced by run.sh.
#
# Uses its check, eventually, $compose (the command), $project, $clone and $work. Every check is a
# function that prints what is wrong and fails.
# shellcheck disable=SC2154,SC2016

all_nodes=(node-3001 node-3002 node-3003 node-3004)

tell_sale() {
	local url=http://localhost:$PENSTOCK_HTTP_PORT
	check "the file reads well from its own folder, and by -f" reads_well
	check "up -d builds and starts everything" "${compose[@]}" up -d
	check "everything becomes healthy" eventually 120 all_healthy
	check "ab: 1000 requests, 0 failed, 0 non-2xx" sell 1000 "$url/buy/ticket"
	check "stat.log: 100, 200, 300 and 400 lines, on the host" eventually 5 lines_by_weight
	check "exec redis redis-cli counts 1000 sold" eventually 5 count_is 1000
	check "the nodes ask Redis by its socket" socket_asked
	check "the ledger has recorded every order, and the audit is clean" eventually 10 audited
	check "an order is looked at, paid and cancelled through nginx" order_lives "$url"
	check "nobody is root, no root file system can be written" all_confined
	check "no secret in any container's description or log" no_secret_shown
	check "inner pages of the nodes are not served outside" hidden "$url"
	check "the whole cluster is told, and the operator's token is asked for" watched "$url"
	check "a request is a line of nginx' in the container's log" request_logged "$url"
	check "both pages are served, with what they load" pages_served "$url"
	check "a node killed by -9 costs no buyer an answer" kill_one "$url/buy/ticket"
	check "the killed node comes back by itself" eventually 60 restarted node-3004
	check "nginx and Redis come back when they die, too" restarts
	check "down and up again keep the sale" survives_down
	check "a buyer is served after all that" eventually 30 sell 1 "$url/buy/ticket"
	check "a log torn inside an order loses that order whole, and nobody sells on" torn_log
	check "penstockctl audit --rebuild brings it back from the ledger" rebuilt
	check "a buyer is served again" eventually 30 sell 1 "$url/buy/ticket"
}

reads_well() {
	(cd deploy && "${compose[@]}" config -q) && (cd / &&
		"${compose[@]}" -f "$clone/deploy/docker-compose.yml" config -q)
}

container() {
	docker ps -aq --filter "label=com.docker.compose.project=$project" \
		--filter "label=com.docker.compose.service=$1"
}

health_of() {
	docker inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}' \
		"$(container "$1")"
}

# all_healthy [SERVICE...]: those, or every one.
all_healthy() {
	local service services=("$@")
	[ $# -gt 0 ] || services=(redis ledger "${all_nodes[@]}" nginx)
	for service in "${services[@]}"; do
		echo "$service: $(health_of "$service")"
		[ "$(health_of "$service")" = healthy ] || return 1
	done
	docker inspect -f 'setup: {{.State.Status}} {{.State.ExitCode}}' "$(container setup)" |
		grep -x 'setup: exited 0'
}

# sell N URL: every request is answered with 2xx and the same length.
sell() {
	local report
	report=$(ab -q -n "$1" -c $(($1 < 100 ? 1 : 100)) "$2" 2>&1) || true
	echo "$report"
	grep -q "^Complete requests: *$1\$" <<<"$report" &&
		grep -q '^Failed requests: *0$' <<<"$report" && ! grep -q '^Non-2xx' <<<"$report"
}

lines_by_weight() {
	local counts
	counts=$(for log in run/node-300{1..4}/stat.log; do wc -l <"$log"; done | xargs)
	echo "$counts"
	[ "$counts" = "100 200 300 400" ]
}

socket_asked() {
	redis_cli client list >"$work/clients" || return 1
	[ "$(grep 'user=penstock ' "$work/clients" | grep -c 'addr=/run/penstock-redis/')" = 4 ]
}

redis_cli() {
	"${compose[@]}" exec -T redis redis-cli "$@" | tr -d '\r'
}

sold() {
	redis_cli hget ticket_hash_key ticket_sold_nums
}

count_is() {
	local count
	count=$(sold)
	echo "sold: $count"
	[ "$count" = "$1" ]
}

ctl() {
	"${compose[@]}" run --rm -T ctl "$@"
}

audited() {
	ctl audit
}

# order_lives URL: one is bought and cancelled; a mistyped number is none.
order_lives() {
	local number
	number=$(curl -s "$1/buy/ticket" | grep -o 'ticket-[0-9]*-[0-9a-f]*')
	echo "order: $number"
	curl -s "$1/orders/$number" | grep '"state":"held"' &&
		curl -s -X POST "$1/orders/$number/cancel" | grep '"state":"cancelled"' &&
		curl -s "$1/orders/$number" | grep '"state":"cancelled"' &&
		curl -s "$1/orders/${number%?}x" | grep NO_ORDER
}

all_confined() {
	local service facts
	for service in pod redis ledger "${all_nodes[@]}" nginx; do
		facts=$(docker exec "$(container "$service")" sh -c 'grep -E "^(Uid|CapBnd):" \
			/proc/1/status; touch /written 2>/dev/null && echo written')
		echo "$service" "$facts"
		grep -q '^Uid:.1000[1-4]' <<<"$facts" && grep -q '^CapBnd:.0*$' <<<"$facts" &&
			! grep -q written <<<"$facts" || return 1
	done
}

# no_secret_shown: the secrets' values go from a container to grep by a pipe, never to a screen.
no_secret_shown() {
	local service read=(docker run --rm --network none -v "${project}_secrets:/s:ro")
	"${read[@]}" --entrypoint sh -u 0 "$project-pod" -c 'for f in /s/*.password /s/*.key
		do cat "$f"; echo; done' >"$work/secrets"
	[ "$(wc -l <"$work/secrets")" -ge 8 ] || return 1
	for service in init setup pod redis ledger "${all_nodes[@]}" nginx; do
		docker inspect "$(container "$service")" >"$work/shown"
		docker logs "$(container "$service")" >>"$work/shown" 2>&1
		docker top "$(container "$service")" >>"$work/shown" 2>&1 || true
		! grep -qFf "$work/secrets" "$work/shown" || { echo "shown by $service"; return 1; }
	done
	rm -f "$work/secrets" "$work/shown"
}

# watched URL: /status counts four nodes that are up; a command needs a token.
watched() {
	local code
	code=$(curl -s -o /dev/null -w '%{http_code}' -X POST "$1/admin/items/ticket")
	[ "$(curl -s "$1/status" | grep -o '"state":"up"' | wc -l)" -ge 4 ] && [ "$code" = 401 ]
}

# request_logged URL: written within a second or two.
request_logged() {
	curl -s -o /dev/null "$1/stock/ticket"
	eventually 10 nginx_said '"path":"/stock/ticket","status":"200"'
}

nginx_said() {
	"${compose[@]}" logs nginx 2>&1 | grep -F "$1"
}

hidden() {
	local page
	for page in metrics healthz readyz; do
		[ "$(curl -s -o /dev/null -w '%{http_code}' "$1/$page")" = 404 ] || {
			echo "$page is served"
			return 1
		}
	done
}

# pages_served URL: the two pages for browsers, and a file that each of them loads.
pages_served() {
	local path
	for path in / /admin/ /pages/assets/ui.js; do
		curl -fsS -o /dev/null -H 'Accept: text/html' "$1$path" || {
			echo "$path is not served"
			return 1
		}
	done
}

# kill_one URL: kills the process itself, as a crash would; `docker kill` would mean to.
kill_one() {
	local pid seller
	pid=$(docker inspect -f '{{.State.Pid}}' "$(container node-3004)")
	sell 4000 "$1" >"$work/ab" 2>&1 &
	seller=$!
	sleep 0.5
	kill -9 "$pid"
	wait "$seller" || { cat "$work/ab"; return 1; }
	eventually 5 count_is 5000
}

# restarts: both killed at once, then everything stopped and started by hand.
restarts() {
	kill -9 "$(docker inspect -f '{{.State.Pid}}' "$(container nginx)")" \
		"$(docker inspect -f '{{.State.Pid}}' "$(container redis)")"
	eventually 60 restarted nginx && eventually 60 restarted redis &&
		"${compose[@]}" stop && "${compose[@]}" start && eventually 60 all_healthy
}

# restarted SERVICE: it died once, and is well again.
restarted() {
	[ "$(health_of "$1")" = healthy ] &&
		[ "$(docker inspect -f '{{.RestartCount}}' "$(container "$1")")" = 1 ]
}

# torn_log: cuts Redis' log in the middle of the last order, as a power cut might have done.
torn_log() {
	local before sold orders
	before=$(sold)
	"${compose[@]}" stop redis
	docker run --rm --network none -v "${project}_redis:/r" -u 0 "$project-redis" bash -c '
		log=$(ls -v /r/appendonlydir/*.incr.aof | tail -n 1)
		order=$(grep -abo "{ticket_hash_key}:orders" "$log" | tail -n 1 | cut -d: -f1)
		truncate -s $((order + 40)) "$log"'
	"${compose[@]}" start redis
	eventually 60 all_healthy redis || return 1
	docker logs "$(container redis)" 2>&1 | grep 'cutting the torn tail' || return 1
	sold=$(sold)
	orders=$(redis_cli hlen '{ticket_hash_key}:orders')
	echo "sold $before, after the cut $sold, orders $orders"
	echo "$before" >"$work/sold"
	[ "$sold" -gt 0 ] && [ "$sold" -lt "$before" ] && eventually 20 refuses
}

# refuses: SQL holds more than Redis (I8), so nobody sells.
refuses() {
	curl -s "http://localhost:$PENSTOCK_HTTP_PORT/buy/ticket" | grep BUSY
}

rebuilt() {
	ctl audit --rebuild ticket --yes && eventually 30 all_healthy && eventually 20 audited &&
		count_is "$(cat "$work/sold")"
}

survives_down() {
	local before
	before=$(sold)
	"${compose[@]}" down && "${compose[@]}" up -d && eventually 120 all_healthy &&
		count_is "$before"
}

take_away() {
	"${compose[@]}" down -v --rmi all --remove-orphans
	[ -z "$(docker ps -aq --filter "label=com.docker.compose.project=$project")" ] &&
		[ -z "$(docker volume ls -q --filter "label=com.docker.compose.project=$project")" ]
}
