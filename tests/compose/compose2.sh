#!/usr/bin/env bash
# compose2.sh DIR - makes `docker compose` (the second generation) work with DOCKER_CONFIG=DIR.
#
# Debian 13 has it as a package, Debian 12 only the first generation, under the same name. So
# this downloads the package of Debian 13 from the machine's own mirror, into temporary folders
# of apt's that the system knows nothing of, and takes the plugin out of it. Nothing is installed.
set -euo pipefail

dir=${1:?usage: compose2.sh DIR}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
plugin=usr/libexec/docker/cli-plugins/docker-compose
apt=$dir/apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$dir/cli-plugins"
"$here/../../deploy/sources.sh" trixie | grep -v -e '-security ' >"$apt/sources.list"

their_apt() {
	apt-get -qq -o APT::Sandbox::User=root -o Dir::Etc::SourceParts=- \
		-o Dir::Etc::SourceList="$apt/sources.list" -o Dir::State::Lists="$apt/lists" \
		-o Dir::Cache="$apt/cache" "$@"
}

their_apt update
(cd "$apt" && their_apt download docker-compose)
dpkg-deb -x "$apt"/docker-compose_*.deb "$apt/package"
mv -f "$apt/package/$plugin" "$dir/cli-plugins/"
rm -rf "$apt"
