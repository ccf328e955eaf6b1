/*
 * draw_list.c - the public list of a draw, written and verified; see draw.h.
 *
 *     penstock-draw 1 ticket
 *     commit <64 hex digits>
 *     seed <64 hex digits, or - before the draw>
 *     ann 0            took part
 *     bob 42           took part and won the order of seq 42
 *
 * Users stand in the order of their names, each on a line of its own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"
#include "ctl/draw.h"
#include "ctl/draw_parts.h"
#include "ctl/facts.h"
#include "ctl/say.h"

enum { LINE_BYTES = 256 };

struct entrant {
	char user[KEYS_USER_BYTES + 1];
	char rank[DRAW_HEX_BYTES];
	int64_t seq; /* of the order that was won; 0: none */
};

struct entrants {
	struct entrant *list;
	size_t count, room;
};

/* False: it is no name of a user. */
static bool entrants_add(struct entrants *all, const char *user, size_t size, int64_t seq)
{
	if (size == 0 || !keys_user_is_valid(user, size) || seq < 0)
		return false;
	if (all->count == all->room) {
		all->room = all->room == 0 ? 1024 : 2 * all->room;
		all->list = xrealloc(all->list, all->room * sizeof(*all->list));
	}
	struct entrant *one = &all->list[all->count++];
	memcpy(one->user, user, size);
	one->user[size] = '\0';
	one->seq = seq;
	return true;
}

static int by_user(const void *one, const void *other)
{
	return strcmp(((const struct entrant *)one)->user, ((const struct entrant *)other)->user);
}

static int by_rank(const void *one, const void *other)
{
	const struct entrant *a = one, *b = other;
	int order = strcmp(a->rank, b->rank);

	return order != 0 ? order : strcmp(a->user, b->user);
}

/* -- publishing -------------------------------------------------------------------------------- */

static enum verdict take_page(void *owner, const struct redis_reply *pairs)
{
	for (size_t i = 0; i + 1 < redis_reply_count(pairs); i += 2) {
		struct redis_word user = redis_reply_text(redis_reply_at(pairs, i));
		struct redis_word won = redis_reply_text(redis_reply_at(pairs, i + 1));

		if (!entrants_add(owner, user.text, user.size, strtoll(won.text, NULL, 10))) {
			say("a name among those who took part is none");
			return VERDICT_NO;
		}
	}
	return VERDICT_DONE;
}

static void print_list(const char *item, const struct facts *facts, struct entrants *all)
{
	const char *commit = facts_text(facts, "draw"), *seed = facts_text(facts, "draw_seed");

	if (all->count > 1)
		qsort(all->list, all->count, sizeof(*all->list), by_user);
	printf("penstock-draw 1 %s\ncommit %s\nseed %s\n", item, commit, seed == NULL ? "-" : seed);
	for (size_t i = 0; i < all->count; i++) {
		/* A scan may show a user twice; the later reading is as good. */
		if (i == 0 || strcmp(all->list[i - 1].user, all->list[i].user) != 0)
			printf("%s %" PRId64 "\n", all->list[i].user, all->list[i].seq);
	}
}

enum verdict draw_publish(struct tools *tools)
{
	struct entrants all = { .count = 0 };
	struct facts facts;
	const char *item;
	enum verdict verdict;

	if (!tools_item_word(tools, 0, &item))
		return VERDICT_USAGE;
	verdict = facts_read(tools, item, &facts);
	if (verdict != VERDICT_DONE)
		return verdict;
	if (facts_text(&facts, "draw") == NULL) {
		say("%s is not sold by draw", item);
		verdict = VERDICT_NO;
	}
	if (verdict == VERDICT_DONE)
		verdict = draw_read(tools, item, take_page, &all);
	if (verdict == VERDICT_DONE)
		print_list(item, &facts, &all);
	free(all.list);
	facts_end(&facts);
	return verdict;
}

/* -- verifying --------------------------------------------------------------------------------- */

/* Reads the list; false, and said, when it is none. */
static bool read_list(FILE *file, char commit[DRAW_HEX_BYTES], char seed[DRAW_HEX_BYTES],
		      struct entrants *all)
{
	char line[LINE_BYTES], item[KEYS_ITEM_BYTES + 1];

	if (fgets(line, sizeof(line), file) == NULL ||
	    sscanf(line, "penstock-draw 1 %32s", item) != 1 ||
	    fgets(line, sizeof(line), file) == NULL || sscanf(line, "commit %64s", commit) != 1 ||
	    fgets(line, sizeof(line), file) == NULL || sscanf(line, "seed %64s", seed) != 1) {
		say("this is no list of a draw");
		return false;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		size_t size = strcspn(line, " "), before = all->count;
		char *end = line;
		long long seq = line[size] == ' ' ? strtoll(line + size + 1, &end, 10) : -1;

		if (*end != '\n' || !entrants_add(all, line, size, seq) ||
		    (before > 0 && by_user(&all->list[before - 1], &all->list[before]) >= 0)) {
			say("line %zu is none of such a list, or not in its place", before + 4);
			return false;
		}
	}
	return true;
}

/* Are those who won the first of the ranks, in their order? */
static enum verdict check_ranks(struct entrants *all, const unsigned char seed[SEAL_SECRET_BYTES])
{
	size_t winners = 0;

	for (size_t i = 0; i < all->count; i++) {
		struct entrant *one = &all->list[i];

		draw_rank(one->rank, seed, one->user, strlen(one->user));
		winners += one->seq > 0;
	}
	if (all->count > 1)
		qsort(all->list, all->count, sizeof(*all->list), by_rank);
	for (size_t i = 0; i < winners; i++) {
		const struct entrant *one = &all->list[i];

		if (one->seq == 0 || (i > 0 && one->seq <= all->list[i - 1].seq)) {
			say("%s is of rank %zu, and was passed over", one->user, i + 1);
			return VERDICT_NO;
		}
	}
	printf("%zu took part, %zu won: the first of the ranks that the committed seed makes\n",
	       all->count, winners);
	return VERDICT_DONE;
}

enum verdict draw_verify(struct tools *tools)
{
	char commit[DRAW_HEX_BYTES], seed_hex[DRAW_HEX_BYTES], digest[DRAW_HEX_BYTES];
	unsigned char seed[SEAL_SECRET_BYTES];
	struct entrants all = { .count = 0 };
	enum verdict verdict = VERDICT_NO;
	FILE *file = fopen(tools->options->words[0], "r");

	if (file == NULL) {
		say("%s cannot be read", tools->options->words[0]);
		return VERDICT_USAGE;
	}
	if (read_list(file, commit, seed_hex, &all)) {
		if (!seal_read_secret(seed_hex, seed)) {
			say("the seed is not told yet");
		} else {
			draw_digest(digest, seed);
			if (strcmp(digest, commit) == 0)
				verdict = check_ranks(&all, seed);
			else
				say("the seed is not the one that was committed to");
		}
	}
	free(all.list);
	fclose(file);
	return verdict;
}
