#!/usr/bin/env bash
# deps.sh GROUP... - installs what a job needs from Debian's packages, and only what is missing.
#
# Groups: build (compile), run (a cluster without Docker), test (`make test`), web (the browser of
# its tests of the pages), bench, compose (Docker's engine and the tests of it). Every other script
# asks here, so this is the one list of packages; it is the same for Debian 12 and 13 but for one
# name.
#
# Promises: nothing is downloaded, not even package lists, when nothing is missing. No question is
# asked. Without root and sudo it says which command would help, and fails. On a machine run by
# systemd the servers that this script itself installed are stopped and kept from starting at
# boot: the cluster starts its own, and a second nginx on port 80 is not wanted.
set -euo pipefail

declare -A group=(
	[build]="gcc make pkg-config libc6-dev python3 libhiredis-dev libmicrohttpd-dev
		libjansson-dev libev-dev libsodium-dev libsqlite3-dev libpq-dev
		libcurl4-openssl-dev libinih-dev libqrencode-dev"
	[run]="redis-server redis-tools nginx curl procps util-linux"
	[test]="libcmocka-dev python3-pytest python3-pytest-xdist python3-redis python3-requests
		clang-format valgrind clang libclang-rt-dev
		apache2-utils openssl postgresql sqlite3 prometheus libfaketime mandoc
		librsvg2-bin iproute2 iptables"
	[web]="chromium fonts-inter fonts-wqy-microhei nodejs pngquant"
	[bench]="apache2-utils wrk valgrind python3 python3-redis postgresql"
	[compose]="docker.io docker-compose debootstrap iptables apache2-utils curl git"
)

# wanted GROUP...: the packages of the groups, one a line.
wanted() {
	local name
	for name in "$@"; do
		[ -n "${group[$name]:-}" ] || { echo "deps: no group called $name" >&2; return 2; }
		tr -s ' \t\n' '\n' <<<"${group[$name]}"
	done
	# A Node.js from elsewhere brings npm along, and does not go with Debian's.
	if [[ " $* " == *" web "* ]] && ! command -v npm >/dev/null; then echo npm; fi
	# Debian 13 has the docker command in a package of its own.
	if [[ " $* " == *" compose "* ]] && ! command -v docker >/dev/null &&
		dpkg --compare-versions "$(cut -d. -f1 /etc/debian_version)" ge 13; then
		echo docker-cli
	fi
}

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# missing: of the names on standard input those that are not installed.
missing() {
	local package
	while read -r package; do
		installed "$package" || printf '%s\n' "$package"
	done
}

# be_root: sets `root` to what goes before a command that needs root. sudo may ask for a password
# only on a terminal.
be_root() {
	root=()
	[ "$(id -u)" != 0 ] || return 0
	root=(sudo)
	command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; } && return 0
	echo "deps: missing here: ${list[*]}" >&2
	echo "deps: as root, run: apt-get install --no-install-recommends ${list[*]}" >&2
	return 1
}

apt() {
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
		-o Dpkg::Use-Pty=0 "$@" </dev/null
}

# quiet_services: the distribution's own servers, if they came with the packages just installed.
quiet_services() {
	local server
	[ -d /run/systemd/system ] || return 0
	for server in redis-server nginx postgresql prometheus; do
		[[ " ${list[*]} " != *" $server "* ]] ||
			"${root[@]}" systemctl --quiet disable --now "$server" || true
	done
}

[ $# -ge 1 ] || { echo "usage: deps.sh GROUP... (${!group[*]})" >&2; exit 2; }
if ! command -v dpkg-query >/dev/null; then
	echo "deps: not a Debian system: see that these are there: $(wanted "$@" | xargs)" >&2
	exit 0
fi
names=$(wanted "$@" | sort -u | sed '/^$/d')
mapfile -t list < <(missing <<<"$names")
[ ${#list[@]} -gt 0 ] || exit 0

be_root
echo "deps: installing ${list[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{ apt update && apt install -y --no-install-recommends "${list[@]}"; } >"$log" 2>&1 || {
	tail -n 20 "$log" >&2
	exit 1
}
quiet_services
