/*
 * reservations.c - who asks, errands of reserve.lua, and what they are told; see reservations.h.
 */
#include "node/reservations.h"

#include <string.h>

#include "core/sale.h"
#include "node/ask.h"
#include "node/replies.h"

static void reservations_tell_not_open(const struct errand *errand, int64_t opens_ms,
				       int64_t now_ms)
{
	replies_give_more(errand->request, errand->language, REPLY_RESERVE_NOT_OPEN,
			  ",\"item\":\"%s\",\"opensAt\":%lld,\"retryAfterMs\":%lld", errand->item,
			  (long long)opens_ms,
			  (long long)(opens_ms > now_ms ? opens_ms - now_ms : 1));
}

/* The item if it is known, with news that are fresh; else NULL. */
static const struct item *reservations_know(const struct reservations *reservations,
					    const struct errand *errand)
{
	const struct item *item =
		catalog_find(reservations->catalog, errand->item, strlen(errand->item));

	return item && item->standing == ITEM_ON && catalog_is_fresh(reservations->catalog, item)
		       ? item
		       : NULL;
}

static void reservations_on_end(void *owner, const struct errand *errand, enum errand_end end,
				const struct store_word *words, size_t count)
{
	struct reservations *reservations = owner;
	static const struct {
		const char *word;
		enum reply reply;
	} meanings[] = {
		{ "RESERVED", REPLY_RESERVED },
		{ "ALREADY_RESERVED", REPLY_ALREADY_RESERVED },
		{ "NOT_RESERVED", REPLY_NOT_RESERVED },
		{ "RESERVE_OVER", REPLY_RESERVE_OVER },
		{ "RESERVE_FULL", REPLY_RESERVE_FULL },
		{ "NO_TOKEN", REPLY_NO_TOKEN },
		{ "NOITEM", REPLY_NO_ITEM },
	};

	if (end == ERRAND_TOLD && count > 1 && store_word_is(words, "RESERVE_NOT_OPEN")) {
		reservations_tell_not_open(errand, words[1].number,
					   catalog_time_ms(reservations->catalog));
		return;
	}
	for (size_t i = 0; end == ERRAND_TOLD && i < sizeof(meanings) / sizeof(*meanings); i++) {
		if (store_word_is(words, meanings[i].word)) {
			replies_give_more(errand->request, errand->language, meanings[i].reply,
					  ",\"item\":\"%s\"", errand->item);
			return;
		}
	}
	replies_give(errand->request, errand->language,
		     end == ERRAND_BUSY ? REPLY_BUSY : REPLY_UNKNOWN);
}

/* Reads who asks; false when that was answered. */
static bool reservations_read_user(struct reservations *reservations, struct errand *errand)
{
	struct http_text named = http_request_field(errand->request, HTTP_ARGUMENT_USER);
	struct user_token token;
	int size = named.at ? ask_decode(named, errand->user, sizeof(errand->user)) : 0;
	enum passport_verdict verdict =
		passport_read(reservations->passport, errand->request,
			      catalog_time_ms(reservations->catalog), &token);

	if (verdict == PASSPORT_BAD) {
		replies_give(errand->request, errand->language, REPLY_BAD_TOKEN);
		return false;
	}
	if (size < 0 || !keys_user_is_valid(errand->user, (size_t)size)) {
		replies_give_error(errand->request, errand->language, 400,
				   "user must be at most 64 of A-Z a-z 0-9 . _ @ -");
		return false;
	}
	errand->is_proven = verdict == PASSPORT_GOOD;
	if (errand->is_proven && size > 0 && strcmp(errand->user, token.user) != 0) {
		replies_give(errand->request, errand->language, REPLY_OTHER_USER);
		return false;
	}
	if (errand->is_proven)
		memcpy(errand->user, token.user, sizeof(errand->user));
	if (errand->user[0])
		return true;
	replies_give(errand->request, errand->language, REPLY_NO_TOKEN);
	return false;
}

/* Answers from memory what needs no Redis: it has not opened yet. */
static bool reservations_answer_early(struct reservations *reservations,
				      const struct errand *errand)
{
	const struct item *item = reservations_know(reservations, errand);

	if (!item || errand->looks)
		return false;
	int64_t now_ms = catalog_item_time_ms(item, loop_now_ms(reservations->loop));
	if (now_ms >= item->rules.reserve_starts_ms - SALE_EARLY_MS)
		return false;
	reservations_tell_not_open(errand, item->rules.reserve_starts_ms, now_ms);
	return true;
}

void reservations_on_request(struct reservations *reservations, struct http_request *request,
			     struct http_text name)
{
	struct errand errand = { .request = request,
				 .verb = ERRAND_RESERVE,
				 .looks = http_request_method(request) == HTTP_GET,
				 .on_end = reservations_on_end,
				 .owner = reservations };

	errand.language =
		answers_choose_language(http_request_field(request, HTTP_ACCEPT_LANGUAGE));
	if (http_request_method(request) == HTTP_OTHER) {
		replies_give_method(request, errand.language, "GET, POST");
		return;
	}
	if (http_request_fault(request) != HTTP_SOUND || http_request_body(request).size > 0) {
		replies_give_error(request, errand.language, 400, "a body is not wanted here");
		return;
	}
	if (http_request_is_doubled(request)) {
		replies_give_error(request, errand.language, 400,
				   "a header or an argument is given twice");
		return;
	}
	if (!keys_item_is_valid(name.at, name.size)) {
		replies_give(request, errand.language, REPLY_NO_ITEM);
		return;
	}
	memcpy(errand.item, name.at, name.size);
	if (reservations_read_user(reservations, &errand) &&
	    !reservations_answer_early(reservations, &errand))
		errands_run(reservations->errands, &errand);
}
