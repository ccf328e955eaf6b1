/*
 * lane.h - one direction of a proxied connection: bytes that came, bytes that are to go, and when.
 *
 * A lane holds what was read and not yet looked at, and a queue of pieces each of which leaves at
 * its time. It never drops anything by itself. Layer: above nothing; below resp_proxy.
 */
#ifndef PENSTOCK_LANE_H
#define PENSTOCK_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lane_piece {
	struct lane_piece *next;
	int64_t due_ms;
	size_t size, sent;
	char bytes[];
};

struct lane {
	int from, to; /* file descriptors, borrowed */
	char *bytes;  /* read, not yet queued */
	size_t size, room;
	struct lane_piece *first, *last;
	bool ended; /* the other side sends no more */
};

/* A clock in ms that nobody sets. */
int64_t lane_now_ms(void);

/* An empty lane between two descriptors, which stay the caller's. */
void lane_open(struct lane *lane, int from, int to);

/* Frees what it holds; the descriptors are left alone. */
void lane_close(struct lane *lane);

/* Reads what is there. False when the connection is broken. An end of file sets `ended`. */
bool lane_read(struct lane *lane);

/* Copies the first `size` bytes that were read to the queue, to leave in `delay_ms`. */
void lane_queue(struct lane *lane, size_t size, int64_t delay_ms);

/* Copies `size` bytes that never came to the queue, likewise. */
void lane_add(struct lane *lane, const char *bytes, size_t size, int64_t delay_ms);

/* Forgets the first `size` bytes that were read. */
void lane_drop(struct lane *lane, size_t size);

/* Sends what is due. False when the connection is broken. */
bool lane_send(struct lane *lane);

/* ms until the next piece is due; -1 when the queue is empty. */
int64_t lane_wait_ms(const struct lane *lane);

#endif
