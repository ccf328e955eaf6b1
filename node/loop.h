/*
 * loop.h - the node's one event loop: file descriptors, timers, signals, and the end of a turn.
 *
 * Everything in a node happens in callbacks of this loop, on one thread. A turn is: wait for
 * events, run their callbacks, then the turn-end callbacks in the order in which they were
 * added; what has gathered during a turn (a batch, bytes for Redis) is sent there.
 *
 * Layer: above xmalloc. libev is known to loop.c only.
 */
#ifndef PENSTOCK_LOOP_H
#define PENSTOCK_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_watch;
struct loop_timer;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

/* `events` is LOOP_READ | LOOP_WRITE, whichever are due. */
typedef void loop_fd_cb(void *owner, int events);

/* A timer, a signal or a turn's end; `owner` is what was given with the callback. */
typedef void loop_cb(void *owner);

/* A loop of its own, which the caller ends with loop_close(). Aborts if the system has none. */
struct loop *loop_open(void);

/* Ends it; watches and timers must be closed before. NULL is allowed. */
void loop_close(struct loop *loop);

/* Runs turns until loop_stop(). */
void loop_run(struct loop *loop);

/* Makes loop_run() return at the end of this turn. */
void loop_stop(struct loop *loop);

/* Milliseconds since some past moment, never backwards. For deadlines. */
int64_t loop_now_ms(struct loop *loop);

/* Microseconds on the same clock. For measuring. */
int64_t loop_clock_us(void);

/*
 * Has the loop stood still within the last second: did a turn, its waiting included, take 50 ms or
 * longer? Then what is read may be of somebody who has gone meanwhile. A program with a quicker
 * timer is not told so while it is idle.
 */
bool loop_has_stalled(const struct loop *loop);

/* Unix time in milliseconds, of this turn's start. For people; nothing is decided by it. */
int64_t loop_wall_ms(struct loop *loop);

/* Calls `cb` whenever one of `events` is due on `fd`. The caller closes the watch, then the fd. */
struct loop_watch *loop_watch_open(struct loop *loop, int fd, int events, loop_fd_cb *cb,
				   void *owner);

/* From now on only `events` (0: none). */
void loop_watch_set(struct loop_watch *watch, int events);

/* Ends it; may be called from its own callback. NULL is allowed. */
void loop_watch_close(struct loop_watch *watch);

/* A timer that does not run yet. */
struct loop_timer *loop_timer_open(struct loop *loop, loop_cb *cb, void *owner);

/*
 * Runs `cb` after `after_ms`, then every `every_ms` (0: once). Starting a running timer sets it
 * anew.
 */
void loop_timer_start(struct loop_timer *timer, int64_t after_ms, int64_t every_ms);

/* Stops it; it may be started again. */
void loop_timer_stop(struct loop_timer *timer);

/* Ends it; may be called from its own callback. NULL is allowed. */
void loop_timer_close(struct loop_timer *timer);

/* Runs `cb` for each signal `signal_number`; lives as long as the loop. At most 8. */
void loop_on_signal(struct loop *loop, int signal_number, loop_cb *cb, void *owner);

/* Runs `cb` at the end of each turn; lives as long as the loop. At most 8. */
void loop_on_turn_end(struct loop *loop, loop_cb *cb, void *owner);

#endif
