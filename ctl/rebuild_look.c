/*
 * rebuild_look.c - what Redis is like before anything is changed; see rebuild_parts.h.
 *
 * There is a need when Redis is behind the ledger, when an earlier rebuild did not finish, when the
 * audit finds a violation, or when the operator insists. Events that the stream alone has are never
 * dropped by the way: those beyond the ledger's are rebuild.lua's to find (UNRECORDED), those that
 * have the numbers of others are found here. Who insists (--force) may know of more than can be
 * seen, so then Redis always counts as one that lost history, and the numbers jump.
 */
#include <inttypes.h>
#include <stdio.h>

#include "ctl/audit.h"
#include "ctl/facts.h"
#include "ctl/rebuild_parts.h"
#include "ctl/say.h"

/* What Redis is like now. */
static enum verdict read_redis(struct rebuild *rebuild, struct rebuild_finding *finding)
{
	struct facts facts;
	enum verdict verdict = facts_read(rebuild->tools, rebuild->audit.item, &facts);

	if (verdict != VERDICT_DONE)
		return verdict;
	finding->seq = facts_number(&facts, "seq", 0);
	finding->is_unfinished = facts_text(&facts, "rebuilding") != NULL;
	rebuild->now_ms = facts.now_ms;
	facts_end(&facts);
	return VERDICT_DONE;
}

/* Are the stream's events those that SQL has under their numbers? */
static enum verdict compare_stream(const struct rebuild *rebuild)
{
	int64_t seq;

	switch (feed_compare(rebuild->tools, rebuild->audit.item, rebuild->from, &seq)) {
	case FEED_AWAY:
		return VERDICT_AWAY;
	case FEED_DIFFERS:
		say("%s: event %" PRId64
		    " is another in SQL than in the stream: Redis lost history and was sold from "
		    "again, and the ledger has not recorded what it accepted since then; --force "
		    "drops that, and makes the item anew from the ledger",
		    rebuild->audit.item, seq);
		return VERDICT_NO;
	case FEED_EVENT:
	case FEED_MISSING:
		break;
	}
	return VERDICT_DONE;
}

/* Why Redis' state is not to be kept; VERDICT_NO: there is no reason, which was said. */
static enum verdict find_reason(struct rebuild *rebuild, struct rebuild_finding *finding)
{
	struct tools *tools = rebuild->tools;
	const char *item = rebuild->audit.item;
	enum verdict verdict;

	finding->is_lost = finding->is_unfinished || finding->seq < rebuild->from;
	if (finding->is_lost) {
		snprintf(finding->why, sizeof(finding->why), "%s",
			 finding->is_unfinished ? "an earlier rebuild was not finished"
						: "Redis lost history");
		return VERDICT_DONE;
	}
	verdict = audit_look(tools, item, finding->why, sizeof(finding->why));
	if (verdict != VERDICT_DONE)
		return verdict == VERDICT_NO ? VERDICT_DONE : verdict;
	snprintf(finding->why, sizeof(finding->why), "nothing is wrong with it");
	if (tools->options->force)
		return VERDICT_DONE;
	say("%s is well: Redis is at event %" PRId64 " and the ledger at %" PRId64
	    ", and they agree; --force rebuilds it all the same",
	    item, finding->seq, rebuild->from);
	return VERDICT_NO;
}

enum verdict rebuild_look(struct rebuild *rebuild, struct rebuild_finding *finding)
{
	const bool insists = rebuild->tools->options->force;
	enum verdict verdict;

	*finding = (struct rebuild_finding){ .seq = 0 };
	verdict = read_redis(rebuild, finding);
	if (verdict == VERDICT_DONE && !insists)
		verdict = compare_stream(rebuild);
	if (verdict == VERDICT_DONE)
		verdict = find_reason(rebuild, finding);
	finding->is_lost = finding->is_lost || insists;
	return verdict == VERDICT_DONE ? read_redis(rebuild, finding) : verdict;
}
