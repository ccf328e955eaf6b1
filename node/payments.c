/*
 * payments.c - who may say that an order is paid, and what came of it; see payments.h.
 */
#include "node/payments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/signature.h"
#include "common/xmalloc.h"
#include "node/ask.h"
#include "node/body.h"
#include "node/order_record.h"
#include "node/replies.h"

enum { AGE_MAX_S = 300, QUIET_MS = 1000, KEYS_MAX = 2 };

struct payments {
	struct payments_tools tools;
	unsigned char keys[KEYS_MAX][SEAL_SECRET_BYTES];
	int key_count;
	bool trial;
	int64_t quiet_until_ms;
	uint32_t unsaid; /* complaints since the last one that was said */
};

struct payments *payments_open(const struct payments_tools *tools,
			       const struct payments_settings *settings)
{
	struct payments *payments = xcalloc(1, sizeof(*payments));
	const char *const texts[KEYS_MAX] = { settings->key, settings->old_key };

	payments->tools = *tools;
	payments->trial = settings->trial;
	for (int i = 0; i < KEYS_MAX; i++) {
		if (!texts[i][0])
			continue;
		if (!seal_read_secret(texts[i], payments->keys[payments->key_count++])) {
			payments_close(payments);
			return NULL;
		}
	}
	return payments;
}

void payments_close(struct payments *payments)
{
	if (!payments)
		return;
	seal_wipe(payments, sizeof(*payments));
	free(payments);
}

/* A line in the log, but not more than one a second: whoever knows the path can cause one. */
static void payments_complain(struct payments *payments, const char *id, const char *what,
			      const char *order, const char *txn)
{
	int64_t now_ms = loop_now_ms(payments->tools.loop);

	payments->unsaid++;
	if (now_ms < payments->quiet_until_ms)
		return;
	log_line(LOG_WARN,
		 "payment: %s (order %s, txn %s, request %s; %u such since the last line)", what,
		 order, txn, id, payments->unsaid);
	payments->quiet_until_ms = now_ms + QUIET_MS;
	payments->unsaid = 0;
}

/* -- what came of a payment -------------------------------------------------------------------- */

/* pay.lua's word, and the second one where it matters. */
struct payments_meaning {
	const char *word, *second;
	enum reply reply;
	bool refund; /* the provider is to give the money back */
};

static const struct payments_meaning meanings[] = {
	{ "PAID", NULL, REPLY_PAID, false },
	{ "RETAKEN", NULL, REPLY_RETAKEN, false },
	{ "DUE", NULL, REPLY_DUE, true },
	{ "REPEATED", "paid", REPLY_REPEATED_PAID, false },
	{ "REPEATED", "due", REPLY_REPEATED_DUE, true },
	{ "REPEATED", "refunded", REPLY_REPEATED_REFUNDED, false },
	{ "WRONG_AMOUNT", NULL, REPLY_WRONG_AMOUNT, false },
	{ "CONFLICT", NULL, REPLY_CONFLICT, false },
	{ "NO_ORDER", NULL, REPLY_NO_ORDER, false },
	{ "NOITEM", NULL, REPLY_BUSY, false }, /* a number of ours: Redis has forgotten the item */
};

/* The meaning of what pay.lua said; NULL when it is not of the form. */
static const struct payments_meaning *payments_read(const struct store_word *words, size_t count)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		const struct payments_meaning *meaning = &meanings[i];

		if (store_word_is(words, meaning->word) &&
		    (!meaning->second || (count > 1 && store_word_is(&words[1], meaning->second))))
			return meaning;
	}
	return NULL;
}

/* The state told with DUE: an order's, or gone. A constant. */
static const char *payments_read_state(const struct store_word *word)
{
	const char *state = word->text ? order_record_state(word->text, word->size) : NULL;

	return state ? state : "gone";
}

/* A payment that was taken down, whatever it bought. */
static void payments_tell(const struct errand *errand, const struct payments_meaning *meaning,
			  const char *number, const struct store_word *second)
{
	char more[80] = "";

	if (meaning->reply == REPLY_PAID || meaning->reply == REPLY_RETAKEN)
		snprintf(more, sizeof(more), ",\"state\":\"paid\",\"changedAt\":%lld",
			 (long long)second->number);
	else if (meaning->reply == REPLY_DUE)
		snprintf(more, sizeof(more), ",\"state\":\"%s\"", payments_read_state(second));
	replies_give_more(errand->request, errand->language, meaning->reply,
			  ",\"result\":\"%s\",\"refund\":%s,"
			  "\"data\":{\"orderId\":\"%s\",\"txn\":\"%s\"%s}",
			  meaning->word, meaning->refund ? "true" : "false", number, errand->txn,
			  more);
}

static void payments_on_end(void *owner, const struct errand *errand, enum errand_end end,
			    const struct store_word *words, size_t count)
{
	static const struct store_word none = { NULL, 0, 0 };
	const struct payments_meaning *meaning = NULL;
	const char *complaint = NULL;
	char number[TOKENS_NUMBER_BYTES], id[HTTP_ID_BYTES];
	struct payments *payments = owner;
	const struct store_word *second = count > 1 ? &words[1] : &none;

	http_request_id(errand->request, id); /* before it is answered */
	tokens_write_number(payments->tools.tokens, number, errand->item, errand->seq);
	if (end == ERRAND_TOLD)
		meaning = payments_read(words, count);
	if (end != ERRAND_TOLD || !meaning) {
		complaint = end == ERRAND_TOLD ? "pay.lua gave an answer that is not one" : NULL;
		replies_give(errand->request, errand->language,
			     end == ERRAND_BUSY ? REPLY_BUSY : REPLY_UNKNOWN);
	} else if (meaning->reply < REPLY_WRONG_AMOUNT) {
		payments_tell(errand, meaning, number, second);
	} else if (meaning->reply == REPLY_WRONG_AMOUNT) {
		complaint = "another amount is owed";
		replies_give_more(errand->request, errand->language, REPLY_WRONG_AMOUNT,
				  ",\"owed\":%lld", (long long)second->number);
	} else {
		complaint = meaning->word;
		replies_give(errand->request, errand->language, meaning->reply);
	}
	if (complaint)
		payments_complain(payments, id, complaint, number, errand->txn);
}

/* -- payments for trial ------------------------------------------------------------------------ */

/* What it owes is known: pay that. */
static void payments_on_looked(void *owner, const struct errand *errand, enum errand_end end,
			       const struct store_word *words, size_t count)
{
	struct payments *payments = owner;
	struct errand next = *errand;
	struct order_record record;
	char number[TOKENS_NUMBER_BYTES];

	if (end == ERRAND_TOLD && store_word_is(words, "FOUND") && count > 1 && words[1].text &&
	    order_record_read(words[1].text, words[1].size, &record)) {
		next.verb = ERRAND_PAY;
		next.amount = record.amount;
		next.on_end = payments_on_end;
		snprintf(next.txn, sizeof(next.txn), "trial-%lld", (long long)errand->seq);
		errands_run(payments->tools.errands, &next);
	} else if (end == ERRAND_TOLD && store_word_is(words, "NO_ORDER")) {
		replies_give(errand->request, errand->language, REPLY_NO_ORDER);
	} else if (end == ERRAND_TOLD && !store_word_is(words, "FOUND")) {
		/* It has ended and left, and no money has moved: the ledger tells the rest. */
		tokens_write_number(payments->tools.tokens, number, errand->item, errand->seq);
		replies_give_ledger(errand->request, errand->language, number);
	} else {
		replies_give(errand->request, errand->language,
			     ask_is_again(errand->request) ? REPLY_UNKNOWN : REPLY_BUSY);
	}
}

void payments_try(struct payments *payments, const struct errand *order)
{
	struct errand errand = *order;

	if (!payments->trial) {
		replies_give_more(order->request, order->language, REPLY_FORBIDDEN,
				  ",\"error\":\"payments for trial are off: see --trial-pay\"");
		return;
	}
	errand.verb = ERRAND_LOOK;
	errand.on_end = payments_on_looked;
	errand.owner = payments;
	errands_run(payments->tools.errands, &errand);
}

/* -- the callback ------------------------------------------------------------------------------ */

static bool payments_is_signed(const struct payments *payments, const struct signature *signature,
			       struct http_text body)
{
	bool found = false;

	for (int i = 0; i < payments->key_count; i++)
		found = found || signature_is_of(signature, body.at ? body.at : "", body.size,
						 payments->keys[i]);
	return found;
}

/* True when the body comes from who has the key, and lately; else the request is answered. */
static bool payments_believe(struct payments *payments, struct http_request *request,
			     enum answers_language language)
{
	struct http_text header = http_request_field(request, HTTP_SIGNATURE);
	struct signature signature;
	char id[HTTP_ID_BYTES];
	int64_t now_s = catalog_time_ms(payments->tools.catalog) / 1000;

	if (!header.at || !signature_read(header.at, header.size, &signature)) {
		payments_complain(payments, http_request_id(request, id),
				  "a callback without a signature", "-", "-");
		replies_give_more(
			request, language, REPLY_BAD_SIGNATURE,
			",\"error\":\"Penstock-Signature must be t=<unix seconds>,v1=<64 hex "
			"digits>\"");
		return false;
	}
	if (!payments_is_signed(payments, &signature, http_request_body(request))) {
		payments_complain(payments, http_request_id(request, id),
				  "a callback with a wrong signature", "-", "-");
		replies_give_more(request, language, REPLY_BAD_SIGNATURE,
				  ",\"error\":\"the signature is not of this body, time and key\"");
		return false;
	}
	if (llabs(now_s - signature.at_s) > AGE_MAX_S) {
		payments_complain(payments, http_request_id(request, id),
				  "a callback that was signed at another time", "-", "-");
		replies_give_more(
			request, language, REPLY_OLD_SIGNATURE,
			",\"error\":\"it was signed more than %d s away from now\",\"now\":%lld",
			AGE_MAX_S, (long long)now_s);
		return false;
	}
	return true;
}

/* 200 and *into; or the status of a refusal and *error. */
static unsigned payments_read_body(const struct http_request *request, struct body_payment *into,
				   const char **error)
{
	struct http_text body = http_request_body(request);

	if (!ask_is_json(http_request_field(request, HTTP_CONTENT_TYPE))) {
		*error = "the body must be application/json";
		return 415;
	}
	return body_read_payment(body.at, body.size, into, error) == BODY_GOOD ? 200 : 400;
}

/* NULL, or why nothing of a request can be believed. */
static const char *payments_find_fault(const struct http_request *request)
{
	if (http_request_fault(request) != HTTP_SOUND)
		return http_fault_text(http_request_fault(request));
	return http_request_is_doubled(request) ? "a header is given twice" : NULL;
}

void payments_on_request(struct payments *payments, struct http_request *request)
{
	struct errand errand = { .request = request, .verb = ERRAND_PAY };
	const char *fault = payments_find_fault(request), *error = NULL;
	struct body_payment payment;

	errand.language =
		answers_choose_language(http_request_field(request, HTTP_ACCEPT_LANGUAGE));
	if (http_request_method(request) != HTTP_POST) {
		replies_give_method(request, errand.language, "POST");
		return;
	}
	if (fault) {
		bool is_large = http_request_fault(request) == HTTP_TOO_LARGE;

		replies_give_error(request, errand.language, is_large ? 413 : 400, fault);
		return;
	}
	if (payments->key_count == 0) {
		replies_give_more(request, errand.language, REPLY_FORBIDDEN,
				  ",\"error\":\"payments are not set up: see --payment-key-file\"");
		return;
	}
	if (!payments_believe(payments, request, errand.language))
		return;
	unsigned status = payments_read_body(request, &payment, &error);
	if (status != 200) {
		replies_give_error(request, errand.language, status, error);
		return;
	}
	if (!tokens_read_number(payments->tools.tokens, payment.order, strlen(payment.order),
				errand.item, &errand.seq)) {
		replies_give(request, errand.language, REPLY_NO_ORDER);
		return;
	}
	memcpy(errand.txn, payment.txn, sizeof(errand.txn));
	errand.amount = payment.amount;
	errand.on_end = payments_on_end;
	errand.owner = payments;
	errands_run(payments->tools.errands, &errand);
}
