/*
 * draw.c - committing to a seed, and holding the draw; see draw.h.
 */
#include "ctl/draw.h"

#include <inttypes.h>
#include <string.h>

#include "common/settings.h"
#include "ctl/ask.h"
#include "ctl/cut.h"
#include "ctl/draw_parts.h"
#include "ctl/facts.h"
#include "ctl/item.h"
#include "ctl/say.h"

enum { PAIRS_MAX = 400, CURSOR_BYTES = 24, TEXT_BYTES = 256 };

/* A draw that is being held. */
struct holding {
	struct tools *tools;
	const char *item;
	unsigned char seed[SEAL_SECRET_BYTES];
	char seed_hex[DRAW_HEX_BYTES];
};

static void write_hex(char hex[DRAW_HEX_BYTES], const unsigned char *bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SEAL_SIGN_BYTES; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * SEAL_SIGN_BYTES] = '\0';
}

void draw_rank(char hex[DRAW_HEX_BYTES], const unsigned char seed[SEAL_SECRET_BYTES],
	       const char *user, size_t size)
{
	const struct seal_piece piece = { user, size };
	unsigned char sign[SEAL_SIGN_BYTES];

	seal_sign(sign, &piece, 1, seed);
	write_hex(hex, sign);
}

void draw_digest(char hex[DRAW_HEX_BYTES], const unsigned char seed[SEAL_SECRET_BYTES])
{
	unsigned char digest[SEAL_SIGN_BYTES];

	seal_digest(digest, seed, SEAL_SECRET_BYTES);
	write_hex(hex, digest);
}

enum verdict draw_read(struct tools *tools, const char *item,
		       enum verdict (*take)(void *owner, const struct redis_reply *pairs),
		       void *owner)
{
	char key[KEYS_NAME_BYTES], cursor[CURSOR_BYTES] = "0";
	enum verdict verdict;

	(void)keys_name(key, item, KEYS_ENTRANTS);
	do {
		struct redis_reply *reply;

		verdict =
			cut_ask(tools, &reply, "HSCAN", key, cursor, "COUNT", "400", (char *)NULL);
		if (verdict != VERDICT_DONE)
			return verdict;
		verdict = take(owner, redis_reply_at(reply, 1));
		struct redis_word next = redis_reply_text(redis_reply_at(reply, 0));
		size_t size = next.size < sizeof(cursor) ? next.size : sizeof(cursor) - 1;
		memcpy(cursor, next.text, size);
		cursor[size] = '\0';
		redis_reply_free(reply);
	} while (verdict == VERDICT_DONE && strcmp(cursor, "0") != 0);
	return verdict;
}

static bool read_seed(const struct tools *tools, struct holding *holding)
{
	char text[TEXT_BYTES];
	const char *path = tools->options->seed_file;

	if (path[0] == '\0') {
		say("give the file of the seed: --seed-file");
		return false;
	}
	bool is_good = settings_read_secret(path, text, sizeof(text)) >= 0;
	if (is_good && !seal_read_secret(text, holding->seed)) {
		say("--seed-file %s: must hold 64 hex digits", path);
		is_good = false;
	}
	explicit_bzero(text, sizeof(text));
	write_hex(holding->seed_hex, holding->seed);
	return is_good;
}

/* Does the item ask for tokens? */
static enum verdict read_token_rule(const struct holding *holding, bool *asks)
{
	struct facts facts;
	enum verdict verdict = facts_read(holding->tools, holding->item, &facts);

	if (verdict != VERDICT_DONE)
		return verdict;
	*asks = facts_number(&facts, "token_required", 0) > 0;
	facts_end(&facts);
	return VERDICT_DONE;
}

/* What item.lua made of the commitment. */
static enum verdict say_commitment(const struct holding *holding, const struct answer *answer,
				   const char *commit, bool asks_for_tokens)
{
	if (ask_is(answer, "SET")) {
		puts(commit);
		if (!asks_for_tokens)
			say("%s asks for no token: whoever names a winner is told the winner's "
			    "order, and one person may take part under many names; say "
			    "penstockctl item set %s token=yes",
			    holding->item, holding->item);
		return VERDICT_DONE;
	}
	if (ask_is(answer, "COMMITTED"))
		item_say_committed(holding->item, ask_number(answer, 1));
	else if (ask_is(answer, "CLOSED"))
		say("%s is closed, and stays as it is", holding->item);
	else
		say("%s: the script answered %s", holding->item, ask_word(answer, 0));
	return VERDICT_NO;
}

enum verdict draw_commit(struct tools *tools)
{
	struct holding holding = { .tools = tools };
	char commit[DRAW_HEX_BYTES];
	struct answer answer;
	bool asks_for_tokens = false;

	if (!tools_item_word(tools, 0, &holding.item) || !read_seed(tools, &holding))
		return VERDICT_USAGE;
	draw_digest(commit, holding.seed);
	explicit_bzero(&holding.seed, sizeof(holding.seed));
	explicit_bzero(&holding.seed_hex, sizeof(holding.seed_hex));
	const struct redis_word words[] = { redis_word_of("set"), redis_word_of("draw"),
					    redis_word_of(commit) };
	enum verdict verdict = read_token_rule(&holding, &asks_for_tokens);
	if (verdict == VERDICT_DONE)
		verdict = ask(tools, "item", holding.item, words, 3, &answer);
	if (verdict != VERDICT_DONE)
		return verdict;
	verdict = say_commitment(&holding, &answer, commit, asks_for_tokens);
	ask_end(&answer);
	return verdict;
}

/* Says what draw.lua has against a step. */
static enum verdict refuse(const char *item, const struct answer *answer)
{
	if (ask_is(answer, "NOT_OVER"))
		say("%s: users may still take part; say this again after draw-at", item);
	else if (ask_is(answer, "NO_DRAW"))
		say("%s is not sold by draw: there is no commitment", item);
	else if (ask_is(answer, "OTHER_SEED"))
		say("%s was drawn by another seed", item);
	else if (ask_is(answer, "UNRANKED") || ask_is(answer, "NOT_IN"))
		say("%s: somebody else holds the draw as well; say this again", item);
	else
		say("%s: the script answered %s", item, ask_word(answer, 0));
	return VERDICT_NO;
}

/* One step of draw.lua; *is_drawn: it is over. */
static enum verdict step(struct holding *holding, const struct redis_word *words, size_t count,
			 const char *good, bool *is_drawn)
{
	struct answer answer;
	enum verdict verdict = ask(holding->tools, "draw", holding->item, words, count, &answer);

	if (verdict != VERDICT_DONE)
		return verdict;
	*is_drawn = ask_is(&answer, "DRAWN");
	if (!*is_drawn && !ask_is(&answer, good))
		verdict = refuse(holding->item, &answer);
	else if (*is_drawn && strcmp(good, "DRAWN") == 0)
		say("%s: %" PRId64 " took part", holding->item, ask_number(&answer, 1));
	ask_end(&answer);
	return verdict;
}

/* Ranks a page of users. */
static enum verdict rank_page(void *owner, const struct redis_reply *pairs)
{
	static char ranks[PAIRS_MAX][DRAW_HEX_BYTES];
	struct redis_word words[1 + 2 * PAIRS_MAX] = { redis_word_of("rank") };
	struct holding *holding = owner;
	size_t all = redis_reply_count(pairs) / 2, at = 0;
	enum verdict verdict = VERDICT_DONE;
	bool is_drawn = false;

	while (verdict == VERDICT_DONE && !is_drawn && at < all) {
		size_t count = 1;

		for (size_t i = 0; i < PAIRS_MAX && at < all; i++, at++) {
			struct redis_word user = redis_reply_text(redis_reply_at(pairs, 2 * at));

			draw_rank(ranks[i], holding->seed, user.text, user.size);
			words[count++] = redis_word_of(ranks[i]);
			words[count++] = user;
		}
		verdict = step(holding, words, count, "RANKED", &is_drawn);
	}
	return verdict;
}

/* Is the seed the one that was committed to? */
static enum verdict check_commitment(struct holding *holding)
{
	char digest[DRAW_HEX_BYTES];
	struct facts facts;
	enum verdict verdict = facts_read(holding->tools, holding->item, &facts);

	if (verdict != VERDICT_DONE)
		return verdict;
	const char *commit = facts_text(&facts, "draw");
	draw_digest(digest, holding->seed);
	if (commit == NULL || strcmp(commit, digest) != 0) {
		say("%s: the seed in this file is not the one that was committed to",
		    holding->item);
		verdict = VERDICT_NO;
	}
	facts_end(&facts);
	return verdict;
}

enum verdict draw_hold(struct tools *tools)
{
	struct holding holding = { .tools = tools };
	const struct redis_word begin = redis_word_of("begin");
	bool is_drawn = false;
	enum verdict verdict;

	if (!tools_item_word(tools, 0, &holding.item) || !read_seed(tools, &holding))
		return VERDICT_USAGE;
	verdict = check_commitment(&holding);
	if (verdict == VERDICT_DONE)
		verdict = step(&holding, &begin, 1, "BEGUN", &is_drawn);
	if (verdict == VERDICT_DONE && !is_drawn)
		verdict = draw_read(tools, holding.item, rank_page, &holding);
	if (verdict == VERDICT_DONE) {
		const struct redis_word finish[] = { redis_word_of("finish"),
						     redis_word_of(holding.seed_hex) };

		verdict = step(&holding, finish, 2, "DRAWN", &is_drawn);
	}
	explicit_bzero(&holding.seed, sizeof(holding.seed));
	return verdict;
}
