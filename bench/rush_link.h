/*
 * rush_link.h - one connection of the crowd, and the request it is busy with.
 *
 * A link knows sockets and bytes; which request comes next, what is counted and when to
 * try again is its owner's business (rush_load.c). Its states:
 *
 *              link_connect            writable            all written
 *     CLOSED -----------------> OPENING --------> READY ---------------+
 *        ^                         |                | link_send        |
 *        |                         v                v                  v
 *        +----------------------- any failure <-- SENDING ---------> WAITING
 *        |                                          ^   whole answer    |
 *        +--- link_close                            +---- READY <-------+
 *
 * It promises: never blocks; never more than one request on the wire; whatever the peer
 * does ends in one of the link_news below.
 *
 * Layer: above answer; below load.
 */
#ifndef RUSH_LINK_H
#define RUSH_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "bench/rush_answer.h"

enum { LINK_OUT_BYTES = 768, LINK_IN_BYTES = 8192 };

enum link_state { LINK_CLOSED, LINK_OPENING, LINK_READY, LINK_SENDING, LINK_WAITING };

enum link_news {
	LINK_NOTHING,   /* not yet; more events will come */
	LINK_OPENED,    /* connected: READY for a first request */
	LINK_REFUSED,   /* could not connect; CLOSED, nothing was sent */
	LINK_ANSWERED,  /* *answer is filled; READY, or CLOSED when the server said so */
	LINK_BROKEN,    /* the peer ended a connection with a request on it; CLOSED */
	LINK_MALFORMED, /* the peer answered nonsense; CLOSED */
	LINK_LEFT,      /* the peer ended an idle connection, or spoke unasked; CLOSED */
};

struct link {
	enum link_state state;
	int fd; /* -1 when CLOSED */
	size_t out_len;
	size_t out_done;
	size_t in_len;
	char out[LINK_OUT_BYTES]; /* the request, kept until its answer so that it can be resent */
	char in[LINK_IN_BYTES];
};

/* Makes a CLOSED link of raw memory. */
void link_init(struct link *link);

/*
 * Starts connecting and registers with `epoll_fd`, edge-triggered for reading and writing,
 * with `link` as the event's pointer. LINK_NOTHING or LINK_REFUSED.
 */
enum link_news link_connect(struct link *link, int epoll_fd, const struct sockaddr *to,
			    socklen_t to_bytes) __attribute__((warn_unused_result));

/*
 * Sends the request that lies in out[0..out_len). The link must be READY.
 * LINK_NOTHING or LINK_BROKEN.
 */
enum link_news link_send(struct link *link) __attribute__((warn_unused_result));

/*
 * Takes an epoll event with its flags. On LINK_ANSWERED the slices of *answer point into the
 * link and live until its next call.
 */
enum link_news link_on_event(struct link *link, uint32_t events, struct answer *answer)
	__attribute__((warn_unused_result));

/* Closes the socket, from any state. */
void link_close(struct link *link);

#endif
