#!/usr/bin/env bash
# sources.sh SUITE - prints apt sources of another Debian suite, from this machine's own mirror.
#
# For machines that reach their packages through a mirror or a proxy of their own: whatever apt
# is told here is used for the other suite too, so no host's name stands in any file of ours.
# Asks apt itself rather than reading its files, which come in two formats.
set -euo pipefail

suite=${1:?usage: sources.sh SUITE}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# shellcheck source=/dev/null
own=$(. /etc/os-release && echo "$VERSION_CODENAME")

# listed: SITE RELEASE of every Debian source that apt knows; empty before its first update.
listed() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(COMPONENT) $(SITE) $(RELEASE)' 'Created-By: Packages' |
		sed -n "s/^main \(.* $own\(-updates\|-security\)\?\)\$/\1/p" | sort -u
}

found=$(listed)
[ -n "$found" ] || { apt-get -qq update && found=$(listed); }
[ -n "$found" ] || { echo "sources: apt knows no source of Debian $own here" >&2; exit 1; }
while read -r site release; do
	echo "deb [signed-by=$keyring] $site $suite${release#"$own"} main"
done <<<"$found"
