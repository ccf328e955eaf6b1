/*
 * facts.c - what Redis says of an item, read at one instant; see facts.h.
 */
#include "ctl/facts.h"

#include <string.h>

#include "ctl/cut.h"

/* The places of the readings in the cut. */
enum {
	AT_HASH,
	AT_ORDERS,
	AT_UNPAID,
	AT_EVENTS,
	AT_PAYMENTS,
	AT_NODES,
	AT_RESERVED,
	AT_TIME,
	READINGS
};

static const struct {
	const char *command;
	enum keys_part part;
} readings[AT_TIME] = {
	[AT_HASH] = { "HGETALL", KEYS_HASH },       [AT_ORDERS] = { "HLEN", KEYS_ORDERS },
	[AT_UNPAID] = { "ZCARD", KEYS_UNPAID },     [AT_EVENTS] = { "XLEN", KEYS_EVENTS },
	[AT_PAYMENTS] = { "HLEN", KEYS_PAYMENTS },  [AT_NODES] = { "HGETALL", KEYS_NODES },
	[AT_RESERVED] = { "SCARD", KEYS_RESERVED },
};

static const struct redis_reply *part_of(const struct facts *facts, size_t i)
{
	return redis_reply_at(facts->reply, i);
}

enum verdict facts_read(struct tools *tools, const char *item, struct facts *facts)
{
	char names[READINGS][KEYS_NAME_BYTES];
	struct redis_word words[READINGS][2];
	struct cut_command commands[READINGS];
	enum verdict verdict;

	for (size_t i = 0; i < AT_TIME; i++) {
		words[i][1].size = keys_name(names[i], item, readings[i].part);
		words[i][1].text = names[i];
		words[i][0] = redis_word_of(readings[i].command);
		commands[i] = (struct cut_command){ words[i], 2 };
	}
	words[AT_TIME][0] = redis_word_of("TIME");
	commands[AT_TIME] = (struct cut_command){ words[AT_TIME], 1 };
	*facts = (struct facts){ .reply = NULL };
	verdict = cut_read(tools, commands, READINGS, &facts->reply);
	if (verdict != VERDICT_DONE)
		return verdict;
	const struct redis_reply *time = part_of(facts, AT_TIME);
	facts->now_ms = redis_reply_number(redis_reply_at(time, 0)) * 1000 +
			redis_reply_number(redis_reply_at(time, 1)) / 1000;
	facts->orders = redis_reply_number(part_of(facts, AT_ORDERS));
	facts->unpaid = redis_reply_number(part_of(facts, AT_UNPAID));
	facts->waiting = redis_reply_number(part_of(facts, AT_EVENTS));
	facts->payments = redis_reply_number(part_of(facts, AT_PAYMENTS));
	facts->reserved = redis_reply_number(part_of(facts, AT_RESERVED));
	return VERDICT_DONE;
}

bool facts_are_there(const struct facts *facts)
{
	return redis_reply_count(part_of(facts, AT_HASH)) > 0;
}

const char *facts_text(const struct facts *facts, const char *field)
{
	const struct redis_reply *hash = part_of(facts, AT_HASH);

	for (size_t i = 0; i + 1 < redis_reply_count(hash); i += 2) {
		if (redis_reply_is(redis_reply_at(hash, i), field))
			return redis_reply_text(redis_reply_at(hash, i + 1)).text;
	}
	return NULL;
}

int64_t facts_number(const struct facts *facts, const char *field, int64_t standard)
{
	const struct redis_reply *hash = part_of(facts, AT_HASH);

	for (size_t i = 0; i + 1 < redis_reply_count(hash); i += 2) {
		if (redis_reply_is(redis_reply_at(hash, i), field))
			return redis_reply_number(redis_reply_at(hash, i + 1));
	}
	return standard;
}

static bool differs(const struct facts *facts, const char *field, const char *other)
{
	const char *text = facts_text(facts, field), *known = facts_text(facts, other);

	return text == NULL || known == NULL || strcmp(text, known) != 0;
}

const char *facts_state(const struct facts *facts)
{
	int64_t total = facts_number(facts, "ticket_total_nums", -1);
	int64_t sold = facts_number(facts, "ticket_sold_nums", -1);
	const char *state = facts_text(facts, "state");

	if (facts_text(facts, "rebuilding") != NULL)
		return "rebuilding";
	if (facts_number(facts, "seq", 0) < facts_number(facts, "recorded_seq", 0) &&
	    (facts_text(facts, "seq") != NULL || facts_text(facts, "ticket_total_nums") == NULL))
		return "lost";
	if (total < 0 || sold < 0 || sold > total)
		return "broken";
	if (differs(facts, "ticket_total_nums", "known_total") ||
	    differs(facts, "ticket_sold_nums", "known_sold"))
		return "typed";
	return state == NULL ? "open" : state;
}

bool facts_node(const struct facts *facts, size_t i, const char **name, const char **entry)
{
	const struct redis_reply *nodes = part_of(facts, AT_NODES);

	if (2 * i + 1 >= redis_reply_count(nodes))
		return false;
	*name = redis_reply_text(redis_reply_at(nodes, 2 * i)).text;
	*entry = redis_reply_text(redis_reply_at(nodes, 2 * i + 1)).text;
	return true;
}

void facts_end(struct facts *facts)
{
	redis_reply_free(facts->reply);
	facts->reply = NULL;
}
