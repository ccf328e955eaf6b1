/*
 * rules.h - what shall go wrong on a route of the proxy, and the words by which it is told.
 *
 * A command is one line; ROUTE is a route's number from 0, or *:
 *
 *     mark ROUTE WORD                  requests that hold WORD count; at first those with EVALSHA
 *     delay ROUTE up|down MS           each message leaves so much later (up: towards Redis)
 *     stall ROUTE up|down 0|1          one way of a partition: nothing passes, nothing is lost
 *     refuse ROUTE 0|1                 nobody listens any more
 *     reset ROUTE                      all connections are reset
 *     deed ROUTE NAME N [BYTE [STEP]]  once, at the N-th counted request from now:
 *         cut-up       it is forwarded up to BYTE, then the connection ends
 *         cut-down     its answer is
 *         swallow      it is executed, its answer is lost, the connection is reset
 *         mute         likewise, but the connection stays and nothing more comes from it
 *         twice        it is executed twice; the first answer is lost
 *         forge        it is executed, and answered by the bytes of a file
 *                      with STEP the deed is armed anew each time it was done, BYTE grown by STEP
 *         extra        it is executed and answered, and then answered by those bytes as well
 *     forged ROUTE FILE                the file with the bytes of the next forgery
 *     calm ROUTE                       nothing of all that any more
 *     count ROUTE                      tells marked= fired= links= request= answer= (last sizes)
 *
 * Layer: above nothing; below resp_proxy, which does the deeds.
 */
#ifndef PENSTOCK_RULES_H
#define PENSTOCK_RULES_H

#include <stdbool.h>
#include <stddef.h>

enum rules_way { RULES_UP, RULES_DOWN };

enum rules_deed {
	RULES_PASS,
	RULES_CUT_UP,
	RULES_CUT_DOWN,
	RULES_SWALLOW,
	RULES_MUTE,
	RULES_TWICE,
	RULES_FORGE,
	RULES_EXTRA,
};

struct rules {
	char mark[64], forged[160];
	long delay_ms[2]; /* by enum rules_way */
	bool stalled[2];
	bool refusing, resetting;
	enum rules_deed deed;
	long nth, every, byte, step;
	long marked, fired, links, request_bytes, answer_bytes;
};

/* A route on which nothing goes wrong. */
void rules_open(struct rules *rules);

/*
 * Obeys one command for `count` routes; the answer, without a line's end, goes into `said`. False
 * when the command makes no sense; then `said` says so.
 */
bool rules_obey(struct rules *routes, size_t count, const char *command, char *said, size_t room);

/*
 * A request passes: is it one that counts, and what is to be done with it? `*byte` is where a cut
 * falls. A deed that is returned has been counted as done.
 */
enum rules_deed rules_judge(struct rules *rules, const char *request, size_t size, bool *is_marked,
			    size_t *byte);

#endif
