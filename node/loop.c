/*
 * loop.c - libev behind the node's own words; see loop.h.
 *
 * Each watcher's first member is libev's, and `magic` tells on the first line of each callback that
 * the owner is what it should be.
 */
#include "node/loop.h"

#include <assert.h>
#include <ev.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "common/xmalloc.h"

enum { HOOKS_MAX = 8, STALL_US = 50000, WARY_US = 1000000 };

enum { WATCH_MAGIC = 0x77a7c4, TIMER_MAGIC = 0x71e3, HOOK_MAGIC = 0x400c };

struct loop_watch {
	struct ev_io io;
	unsigned magic;
	struct ev_loop *ev;
	loop_fd_cb *cb;
	void *owner;
};

struct loop_timer {
	struct ev_timer timer;
	unsigned magic;
	struct ev_loop *ev;
	loop_cb *cb;
	void *owner;
};

struct loop_hook {
	struct ev_signal signal;
	unsigned magic;
	loop_cb *cb;
	void *owner;
};

struct loop {
	struct ev_loop *ev;
	struct ev_prepare prepare;
	int64_t turned_us;  /* when the last turn ended */
	int64_t stalled_us; /* when a late turn last ended */
	struct loop_hook signals[HOOKS_MAX], turn_ends[HOOKS_MAX];
	int signal_count, turn_end_count;
};

static void loop_on_prepare(struct ev_loop *ev, struct ev_prepare *prepare, int revents)
{
	struct loop *loop = prepare->data;
	int64_t now_us;

	(void)ev;
	(void)revents;
	for (int i = 0; i < loop->turn_end_count; i++)
		loop->turn_ends[i].cb(loop->turn_ends[i].owner);
	now_us = loop_clock_us();

	if (now_us - loop->turned_us >= STALL_US)
		loop->stalled_us = now_us;
	loop->turned_us = now_us;
}

struct loop *loop_open(void)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	loop->ev = ev_default_loop(EVFLAG_AUTO);
	if (!loop->ev)
		abort();
	ev_prepare_init(&loop->prepare, loop_on_prepare);
	loop->prepare.data = loop;
	ev_prepare_start(loop->ev, &loop->prepare);
	return loop;
}

void loop_close(struct loop *loop)
{
	if (!loop)
		return;
	for (int i = 0; i < loop->signal_count; i++)
		ev_signal_stop(loop->ev, &loop->signals[i].signal);
	ev_prepare_stop(loop->ev, &loop->prepare);
	ev_loop_destroy(loop->ev);
	free(loop);
}

void loop_run(struct loop *loop)
{
	ev_run(loop->ev, 0);
}

void loop_stop(struct loop *loop)
{
	ev_break(loop->ev, EVBREAK_ALL);
}

int64_t loop_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool loop_has_stalled(const struct loop *loop)
{
	int64_t now_us = loop_clock_us();

	return now_us - loop->turned_us >= STALL_US || now_us - loop->stalled_us < WARY_US;
}

int64_t loop_now_ms(struct loop *loop)
{
	(void)loop;
	return loop_clock_us() / 1000;
}

int64_t loop_wall_ms(struct loop *loop)
{
	return (int64_t)(ev_now(loop->ev) * 1000);
}

static void loop_on_io(struct ev_loop *ev, struct ev_io *io, int revents)
{
	struct loop_watch *watch = (struct loop_watch *)io;
	int events = 0;

	(void)ev;
	assert(watch->magic == WATCH_MAGIC);
	if (revents & (EV_READ | EV_ERROR))
		events |= LOOP_READ;
	if (revents & EV_WRITE)
		events |= LOOP_WRITE;
	watch->cb(watch->owner, events);
}

static int loop_ev_events(int events)
{
	return (events & LOOP_READ ? EV_READ : 0) | (events & LOOP_WRITE ? EV_WRITE : 0);
}

struct loop_watch *loop_watch_open(struct loop *loop, int fd, int events, loop_fd_cb *cb,
				   void *owner)
{
	struct loop_watch *watch = xcalloc(1, sizeof(*watch));

	watch->magic = WATCH_MAGIC;
	watch->ev = loop->ev;
	watch->cb = cb;
	watch->owner = owner;
	ev_io_init(&watch->io, loop_on_io, fd, loop_ev_events(events));
	if (events)
		ev_io_start(watch->ev, &watch->io);
	return watch;
}

void loop_watch_set(struct loop_watch *watch, int events)
{
	int wanted = loop_ev_events(events);

	if (ev_is_active(&watch->io) && (watch->io.events & (EV_READ | EV_WRITE)) == wanted)
		return;
	ev_io_stop(watch->ev, &watch->io);
	ev_io_set(&watch->io, watch->io.fd, wanted);
	if (wanted)
		ev_io_start(watch->ev, &watch->io);
}

void loop_watch_close(struct loop_watch *watch)
{
	if (!watch)
		return;
	ev_io_stop(watch->ev, &watch->io);
	watch->magic = 0;
	free(watch);
}

static void loop_on_timer(struct ev_loop *ev, struct ev_timer *ev_timer, int revents)
{
	struct loop_timer *timer = (struct loop_timer *)ev_timer;

	(void)ev;
	(void)revents;
	assert(timer->magic == TIMER_MAGIC);
	timer->cb(timer->owner);
}

struct loop_timer *loop_timer_open(struct loop *loop, loop_cb *cb, void *owner)
{
	struct loop_timer *timer = xcalloc(1, sizeof(*timer));

	timer->magic = TIMER_MAGIC;
	timer->ev = loop->ev;
	timer->cb = cb;
	timer->owner = owner;
	ev_timer_init(&timer->timer, loop_on_timer, 0., 0.);
	return timer;
}

void loop_timer_start(struct loop_timer *timer, int64_t after_ms, int64_t every_ms)
{
	ev_timer_stop(timer->ev, &timer->timer);
	ev_timer_set(&timer->timer, (double)after_ms / 1000., (double)every_ms / 1000.);
	ev_timer_start(timer->ev, &timer->timer);
}

void loop_timer_stop(struct loop_timer *timer)
{
	ev_timer_stop(timer->ev, &timer->timer);
}

void loop_timer_close(struct loop_timer *timer)
{
	if (!timer)
		return;
	ev_timer_stop(timer->ev, &timer->timer);
	timer->magic = 0;
	free(timer);
}

static void loop_on_ev_signal(struct ev_loop *ev, struct ev_signal *ev_signal, int revents)
{
	struct loop_hook *hook = (struct loop_hook *)ev_signal;

	(void)ev;
	(void)revents;
	assert(hook->magic == HOOK_MAGIC);
	hook->cb(hook->owner);
}

void loop_on_signal(struct loop *loop, int signal_number, loop_cb *cb, void *owner)
{
	assert(loop->signal_count < HOOKS_MAX);
	struct loop_hook *hook = &loop->signals[loop->signal_count++];

	hook->magic = HOOK_MAGIC;
	hook->cb = cb;
	hook->owner = owner;
	ev_signal_init(&hook->signal, loop_on_ev_signal, signal_number);
	ev_signal_start(loop->ev, &hook->signal);
}

void loop_on_turn_end(struct loop *loop, loop_cb *cb, void *owner)
{
	assert(loop->turn_end_count < HOOKS_MAX);
	struct loop_hook *hook = &loop->turn_ends[loop->turn_end_count++];

	hook->magic = HOOK_MAGIC;
	hook->cb = cb;
	hook->owner = owner;
}
