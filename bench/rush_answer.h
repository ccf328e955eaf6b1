/*
 * rush_answer.h - reads one HTTP/1.1 answer, strictly.
 *
 * A load generator that forgives hides faults of the server. So this reader accepts just
 * what Penstock promises: a status line of HTTP/1.1, CRLF line ends, exactly one
 * Content-Length of plain digits, no transfer coding, and a body of that very length.
 * Everything else is ANSWER_BAD.
 *
 * It is pure: bytes in, a struct out, no allocation, no I/O. Nothing is copied; slices
 * point into the caller's bytes and live as long as those.
 *
 * Layer: ground.
 */
#ifndef RUSH_ANSWER_H
#define RUSH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

struct answer_slice {
	const char *at; /* NULL when absent */
	size_t len;
};

struct answer {
	int status;
	bool closes;            /* the server said `Connection: close` */
	unsigned retry_after_s; /* 0 when not said */
	struct answer_slice body;
	struct answer_slice reason; /* the member "reason" of the body, a word of A-Z, 0-9, _ */
	struct answer_slice order;  /* the member "orderId" */
	size_t bytes;               /* head and body together */
};

enum answer_verdict {
	ANSWER_WHOLE, /* *out is filled */
	ANSWER_PART,  /* fine so far; come again with more bytes */
	ANSWER_BAD,   /* not an answer Penstock may give; drop the connection */
};

/* Reads the answer that starts at `bytes`. *out is meaningful for ANSWER_WHOLE only. */
enum answer_verdict answer_read(const char *bytes, size_t len, struct answer *out)
	__attribute__((warn_unused_result));

#endif
