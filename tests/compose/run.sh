#!/usr/bin/env bash
# run.sh - `docker compose up` on a fresh clone, for real, with both generations of compose.
#
# For compose 1 and compose 2 in turn: clone the project, `up -d`, wait until all is healthy, sell
# with ab, count the lines of each stat.log, read the count by redis-cli, kill a node's process,
# tear the end off Redis' log, take everything down and up again. Besides, the image `test`
# is built, which runs `make check` on Debian 13. Nothing of this machine's is touched: project
# name, port, images and clone are this run's own, and are removed at its end.
#
# Installs what it needs (deploy/deps.sh), and starts an engine if none answers; needs root for
# that and for kill -9. A working tree with changes is tested as it stands, without committing.
# The last line is `N passed, M failed`; the exit status is 0 if nothing failed.
set -euo pipefail
PATH=$PATH:/usr/sbin

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/tests/compose
passed=0
failed=0
say() { printf -- '-- %s\n' "$*"; }
fail() { say "FAILED: $*"; exit 1; }
# shellcheck source=engine.sh
. "$here/engine.sh"
# shellcheck source=sale.sh
. "$here/sale.sh"

# check SENTENCE COMMAND...: counts it; on failure shows what the command printed.
check() {
	local sentence=$1 output
	shift
	if output=$("$@" 2>&1); then
		passed=$((passed + 1))
		printf 'ok      %s\n' "$sentence"
	else
		failed=$((failed + 1))
		printf 'FAILED  %s\n' "$sentence"
		tail -n 25 <<<"$output" | sed 's/^/        /'
	fi
}

# eventually SECONDS COMMAND...: tries until it succeeds.
eventually() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >"$work/eventually" 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { cat "$work/eventually"; return 1; }
		sleep 0.5
	done
}

free_port() {
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("", 0))
print(s.getsockname()[1])'
}

# fresh_clone DIR: a clone, or a copy of what git would commit if there are changes.
fresh_clone() {
	if [ -z "$(git -C "$root" status --porcelain)" ]; then
		git clone -q "$root" "$1"
	else
		mkdir "$1"
		git -C "$root" ls-files -coz --exclude-standard |
			tar -C "$root" --null -T - --ignore-failed-read -c | tar -C "$1" -x
	fi
}

finish() {
	local status=$?
	trap - EXIT INT TERM
	[ -z "${clone:-}" ] || take_away >/dev/null 2>&1 || true
	docker rmi -f "$project-test" >/dev/null 2>&1 || true
	engine_stop
	rm -rf "$work" || true
	[ "$status" = 0 ] || failed=$((failed + 1))
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}

# generation NAME COMMAND...: the whole story with one generation of compose.
generation() {
	say "$1: $("${@:2}" version --short 2>/dev/null)"
	# shellcheck disable=SC2034
	compose=("${@:2}")
	project=penstock-test-$$-$1
	export COMPOSE_PROJECT_NAME=$project PENSTOCK_IMAGES=$project
	PENSTOCK_HTTP_PORT=$(free_port)
	export PENSTOCK_HTTP_PORT
	clone=$work/$1
	fresh_clone "$clone"
	cd "$clone"
	tell_sale
	if [ "$1" = compose1 ]; then
		check "make check passes on Debian 13" \
			docker build -q --force-rm -f deploy/Dockerfile --target test \
			-t "$project-test" .
	fi
	check "down -v leaves no container and no volume" take_away
	cd "$root"
	clone=
}

work=$(mktemp -d)
project=penstock-test-$$
trap finish EXIT
trap 'exit 130' INT TERM
"$root/deploy/deps.sh" compose
engine_start
docker image inspect debian:trixie-slim >/dev/null 2>&1 || "$root/deploy/base-image.sh"
if docker-compose version --short 2>/dev/null | grep -q '^1\.'; then
	generation compose1 docker-compose
else
	say "compose 1 is no package of this Debian: not tested"
fi
if ! docker compose version >/dev/null 2>&1; then
	export DOCKER_CONFIG=$work/docker
	"$here/compose2.sh" "$DOCKER_CONFIG"
fi
generation compose2 docker compose
