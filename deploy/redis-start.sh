#!/usr/bin/env bash
# redis-start.sh CONF DATADIR [REDIS ARGUMENTS...] - the checked start.
#
# A crash or a power cut can leave the last write of the append-only log half on the disk. Redis'
# own repair (aof-load-truncated) would keep the first half of a transaction: a unit sold with no
# order. This start cuts the log before the first incomplete transaction instead, with
# redis-check-aof, and then becomes Redis. What is cut off was never acknowledged: with
# `appendfsync always` Redis answers only when the whole transaction is on the disk.
#
# Promises
#   - Only a torn tail is cut, and it is kept beside the log in last-cut.aof.
#   - If a complete transaction follows the damage, the log was not torn but corrupted in its
#     middle, and a cut there would lose acknowledged orders. Then, or if the damage is not in
#     the log's last file, nothing is changed and the start fails (exit 3), saying what to do.
#   - A whole log is only read.
set -euo pipefail

say() { printf 'redis-start: %s\n' "$*" >&2; }

# refuse WHY: leaves the log as it is.
refuse() {
	say "$1"
	say "nothing was changed: restore $data/$log from a copy, or look at it with"
	say "redis-check-aof $data/$manifest and cut it by hand with --fix"
	exit 3
}

# last_file: the newest increment that the manifest lists, the only one that can be torn.
last_file() {
	awk '$1 == "file" && $6 == "i" { name = $2 } END { print name }' "$manifest"
}

# whole_bytes FILE: up to where a checker's report (standard input) calls the file whole.
whole_bytes() {
	awk -F '[=,]' -v name="$1" '/^AOF analyzed/ && $2 == name { print $6 }'
}

cut_tail() {
	local report=$1 file whole size tail=$log/last-cut.aof
	file=$(last_file)
	whole=$(whole_bytes "$file" <<<"$report")
	[ -n "$whole" ] || refuse "the log is damaged: $(tail -n 1 <<<"$report")"
	size=$(stat -c %s "$log/$file")
	tail -c "+$((whole + 1))" "$log/$file" >"$tail"
	# The end of a transaction as the log spells it; no name or key can hold a line's end.
	# shellcheck disable=SC2016
	if grep -qazP '\*1\r\n\$4\r\n(?i:exec)\r\n' "$tail"; then
		rm -f "$tail"
		refuse "whole transactions follow the damage at byte $whole of $file"
	fi
	say "cutting the torn tail of $file: $((size - whole)) of $size bytes, kept in $tail"
	redis-check-aof --fix "$manifest" <<<y >/dev/null
	sync "$log/$file"
}

check_log() {
	local report
	[ -s "$manifest" ] || return 0
	report=$(redis-check-aof "$manifest" 2>&1) && return 0
	cut_tail "$report"
	redis-check-aof "$manifest" >/dev/null 2>&1 || refuse "the log is damaged even after a cut"
}

[ $# -ge 2 ] || { say "usage: redis-start.sh CONF DATADIR [REDIS ARGUMENTS...]"; exit 2; }
conf=$(realpath "$1")
data=$(realpath "$2")
shift 2
cd "$data"
log=appendonlydir
manifest=$log/appendonly.aof.manifest
check_log
exec redis-server "$conf" --dir "$data" "$@"
