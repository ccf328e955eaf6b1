#!/usr/bin/env bash
# engine.sh - a Docker engine for the tests: the machine's own, or one of theirs.
#
# Sourced by run.sh, which owns $work, a folder that is removed at the end. If an engine answers,
# it is used as it is. If none does, one is started with its socket and everything it stores in
# $work, DOCKER_HOST names it, and engine_stop ends that one, by its process id, and no other.
# Starting one needs root, and iptables, as every engine does.
# shellcheck disable=SC2154

engine_pid=

engine_start() {
	if docker info >/dev/null 2>&1; then
		say "using the Docker engine that runs here"
		return 0
	fi
	command -v dockerd >/dev/null || fail "no Docker engine runs here, and none is installed"
	export DOCKER_HOST=unix://$work/engine/docker.sock
	mkdir -p "$work/engine"
	grep -q ' /sys/fs/cgroup' /proc/mounts || mount -t cgroup2 none /sys/fs/cgroup
	dockerd --host "$DOCKER_HOST" --data-root "$work/engine/data" \
		--exec-root "$work/engine/exec" --pidfile "$work/engine/pid" \
		>"$work/engine.log" 2>&1 </dev/null &
	engine_pid=$!
	for _ in $(seq 120); do
		docker info >/dev/null 2>&1 && break
		kill -0 "$engine_pid" 2>/dev/null || break
		sleep 0.5
	done
	docker info >/dev/null 2>&1 || {
		tail -n 20 "$work/engine.log" >&2
		fail "a Docker engine could not be started (it needs root)"
	}
	say "started a Docker engine of our own, process $engine_pid"
}

engine_stop() {
	[ -n "$engine_pid" ] || return 0
	kill "$engine_pid" 2>/dev/null || true
	wait "$engine_pid" 2>/dev/null || true
	engine_pid=
}
