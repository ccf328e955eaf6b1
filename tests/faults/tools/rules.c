/*
 * rules.c - commands of the proxy, and the one deed that waits on each route; see rules.h.
 */
#include "tests/faults/tools/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const deeds[] = { "pass", "cut-up", "cut-down", "swallow",
				     "mute", "twice",  "forge",    "extra" };

enum { WORDS_MAX = 6, DEEDS = sizeof(deeds) / sizeof(deeds[0]) };

void rules_open(struct rules *rules)
{
	*rules = (struct rules){ .mark = "EVALSHA", .byte = 0 };
}

static void rules_calm(struct rules *rules)
{
	struct rules fresh;

	rules_open(&fresh);
	fresh.marked = rules->marked;
	fresh.fired = rules->fired;
	fresh.links = rules->links;
	memcpy(fresh.mark, rules->mark, sizeof(fresh.mark));
	memcpy(fresh.forged, rules->forged, sizeof(fresh.forged));
	*rules = fresh;
}

static int rules_way(const char *word)
{
	return strcmp(word, "up") == 0 ? RULES_UP : strcmp(word, "down") == 0 ? RULES_DOWN : -1;
}

static bool rules_arm(struct rules *rules, char *words[], int count)
{
	for (int deed = 1; deed < (int)DEEDS; deed++) {
		if (strcmp(words[2], deeds[deed]) != 0)
			continue;
		rules->deed = (enum rules_deed)deed;
		rules->nth = rules->every = atol(words[3]);
		rules->byte = count > 4 ? atol(words[4]) : 0;
		rules->step = count > 5 ? atol(words[5]) : -1;
		return true;
	}
	return false;
}

static bool rules_obey_one(struct rules *rules, char *words[], int count, char *said, size_t room)
{
	const char *verb = words[0];
	int way = count > 2 ? rules_way(words[2]) : -1;

	snprintf(said, room, "ok");
	if (strcmp(verb, "calm") == 0)
		rules_calm(rules);
	else if (strcmp(verb, "reset") == 0)
		rules->resetting = true;
	else if (strcmp(verb, "count") == 0)
		snprintf(said, room, "marked=%ld fired=%ld links=%ld request=%ld answer=%ld",
			 rules->marked, rules->fired, rules->links, rules->request_bytes,
			 rules->answer_bytes);
	else if (strcmp(verb, "mark") == 0 && count == 3)
		snprintf(rules->mark, sizeof(rules->mark), "%s", words[2]);
	else if (strcmp(verb, "forged") == 0 && count == 3)
		snprintf(rules->forged, sizeof(rules->forged), "%s", words[2]);
	else if (strcmp(verb, "refuse") == 0 && count == 3)
		rules->refusing = words[2][0] == '1';
	else if (strcmp(verb, "delay") == 0 && count == 4 && way >= 0)
		rules->delay_ms[way] = atol(words[3]);
	else if (strcmp(verb, "stall") == 0 && count == 4 && way >= 0)
		rules->stalled[way] = words[3][0] == '1';
	else if (strcmp(verb, "deed") == 0 && count >= 4)
		return rules_arm(rules, words, count);
	else
		return false;
	return true;
}

/* One command, taken apart, for the route or routes it names. */
static bool rules_obey_all(struct rules *routes, size_t count, char *words[], int found, char *said,
			   size_t room)
{
	size_t first = 0, last = count;

	if (strcmp(words[1], "*") != 0) {
		first = (size_t)atol(words[1]);
		last = first + 1;
	}
	if (last > count)
		return false;
	for (size_t i = first; i < last; i++) {
		if (!rules_obey_one(&routes[i], words, found, said, room))
			return false;
	}
	return true;
}

bool rules_obey(struct rules *routes, size_t count, const char *command, char *said, size_t room)
{
	char line[256], *rest, *words[WORDS_MAX];
	int found = 0;

	snprintf(line, sizeof(line), "%s", command);
	for (char *word = strtok_r(line, " \n", &rest); word && found < WORDS_MAX;
	     word = strtok_r(NULL, " \n", &rest))
		words[found++] = word;
	if (found >= 2 && rules_obey_all(routes, count, words, found, said, room))
		return true;
	snprintf(said, room, "what? %s", command);
	return false;
}

enum rules_deed rules_judge(struct rules *rules, const char *request, size_t size, bool *is_marked,
			    size_t *byte)
{
	enum rules_deed deed = rules->deed;

	*is_marked = memmem(request, size, rules->mark, strlen(rules->mark)) != NULL;
	if (!*is_marked)
		return RULES_PASS;
	rules->marked++;
	rules->request_bytes = (long)size;
	if (deed == RULES_PASS || --rules->nth > 0)
		return RULES_PASS;
	*byte = (size_t)rules->byte;
	rules->fired++;
	rules->nth = rules->every;
	rules->byte += rules->step > 0 ? rules->step : 0;
	if (rules->step < 0)
		rules->deed = RULES_PASS;
	return deed;
}
