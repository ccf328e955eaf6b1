#!/usr/bin/env bash
# base-image.sh [TAG] - makes the Debian 13 base image where none can be pulled.
#
# The Dockerfile starts from debian:trixie-slim. On a machine with no image registry, this makes
# one of the same kind from Debian's packages by debootstrap (half a minute, as root) and imports
# it under that tag. Packages come from where this machine gets its own (sources.sh), and so
# they do inside the image: its apt is told the same mirror and proxy. Nothing of that is kept
# in the project.
set -euo pipefail
PATH=$PATH:/usr/sbin

tag=${1:-debian:trixie-slim}
suite=trixie
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=$("$here/sources.sh" "$suite")
mirror=$(awk -v suite="$suite" '$4 == suite { print $3; exit }' <<<"$sources")
include=debian-archive-keyring
case $sources in *https:*) include=$include,ca-certificates ;; esac

tree=$(mktemp -d)
trap 'rm -rf "$tree" "$tree.log"' EXIT
chmod 755 "$tree"
echo "base-image: making $tag"
debootstrap --variant=minbase --include="$include" \
	--keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$suite" "$tree" "$mirror" \
	>"$tree.log" 2>&1 || { tail -n 20 "$tree.log" >&2; exit 1; }

printf '%s\n' "$sources" >"$tree/etc/apt/sources.list"
apt-config dump | grep -iE '^Acquire::(https?::[^ ]*Proxy|Check-)' \
	>"$tree/etc/apt/apt.conf.d/90host" || true
# What makes a slim image slim, now and at every later install.
printf '%s "%s";\n' Dir::Cache::pkgcache "" Dir::Cache::srcpkgcache "" \
	Acquire::Languages none >"$tree/etc/apt/apt.conf.d/90slim"
printf 'path-exclude /usr/share/%s/*\n' doc man locale info \
	>"$tree/etc/dpkg/dpkg.cfg.d/slim"
rm -rf "$tree"/usr/share/{doc,man,locale,info}/* "$tree"/var/lib/apt/lists/* \
	"$tree"/var/cache/apt/* "$tree"/var/log/*.log "$tree"/etc/{hostname,resolv.conf}
tar -C "$tree" --numeric-owner -c . | docker import -c 'CMD ["bash"]' - "$tag" >/dev/null
