/*
 * lane.c - reading, queueing and sending in one direction; see lane.h.
 */
#include "tests/faults/tools/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "common/xmalloc.h"

enum { READ_BYTES = 65536 };

int64_t lane_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void lane_open(struct lane *lane, int from, int to)
{
	*lane = (struct lane){ .from = from, .to = to };
}

void lane_close(struct lane *lane)
{
	while (lane->first) {
		struct lane_piece *piece = lane->first;

		lane->first = piece->next;
		free(piece);
	}
	free(lane->bytes);
	lane->bytes = NULL;
}

bool lane_read(struct lane *lane)
{
	if (lane->room < lane->size + READ_BYTES) {
		lane->room = (lane->size + READ_BYTES) * 2;
		lane->bytes = xrealloc(lane->bytes, lane->room);
	}
	ssize_t got = recv(lane->from, lane->bytes + lane->size, READ_BYTES, MSG_DONTWAIT);

	if (got > 0)
		lane->size += (size_t)got;
	else if (got == 0)
		lane->ended = true;
	else
		return errno == EAGAIN || errno == EINTR;
	return true;
}

void lane_drop(struct lane *lane, size_t size)
{
	memmove(lane->bytes, lane->bytes + size, lane->size - size);
	lane->size -= size;
}

void lane_queue(struct lane *lane, size_t size, int64_t delay_ms)
{
	lane_add(lane, lane->bytes, size, delay_ms);
}

void lane_add(struct lane *lane, const char *bytes, size_t size, int64_t delay_ms)
{
	struct lane_piece *piece = xmalloc(sizeof(*piece) + size);

	*piece = (struct lane_piece){ .due_ms = lane_now_ms() + delay_ms, .size = size };
	memcpy(piece->bytes, bytes, size);
	if (lane->first)
		lane->last->next = piece;
	else
		lane->first = piece;
	lane->last = piece;
}

bool lane_send(struct lane *lane)
{
	int64_t now_ms = lane_now_ms();

	while (lane->first && lane->first->due_ms <= now_ms) {
		struct lane_piece *piece = lane->first;
		ssize_t sent = send(lane->to, piece->bytes + piece->sent, piece->size - piece->sent,
				    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0)
			return errno == EAGAIN || errno == EINTR;
		piece->sent += (size_t)sent;
		if (piece->sent < piece->size)
			return true;
		lane->first = piece->next;
		free(piece);
	}
	return true;
}

int64_t lane_wait_ms(const struct lane *lane)
{
	if (!lane->first)
		return -1;
	int64_t wait_ms = lane->first->due_ms - lane_now_ms();

	return wait_ms > 0 ? wait_ms : 0;
}
