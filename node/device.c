/*
 * device.c - the calls of device.lua, and what a device asks and is told; see device.h. What people
 * say is in device_confirm.c.
 */
#include "node/device.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/scripts.h"
#include "common/xmalloc.h"
#include "node/ask.h"
#include "node/body.h"
#include "node/device_parts.h"
#include "node/replies.h"

enum {
	CALLS_MAX = 256, /* in flight: with a few hundred a buyer's batch still waits for little */
	WORDS_MAX = 12,
};

static const char grant[] = "urn:ietf:params:oauth:grant-type:device_code";

struct device *device_open(const struct options *settings, struct catalog *catalog,
			   struct store *store, const struct passport *passport)
{
	struct device *device;

	if (!settings->device_login)
		return NULL;
	device = xcalloc(1, sizeof(*device));
	*device = (struct device){ settings, catalog, store, passport, scripts_sha("device"), 0 };
	if (settings->device_trial)
		log_line(LOG_WARN,
			 "device logins for trial are on: who types a name has its token");
	return device;
}

void device_close(struct device *device)
{
	if (!device)
		return;
	assert(device->calls == 0);
	free(device);
}

uint32_t device_suspended(const struct device *device)
{
	return device ? device->calls : 0;
}

/* -- answers to devices, as RFC 6749, 5.2 has them --------------------------------------------- */

static void device_give(struct http_request *request, unsigned status, const char *error,
			const char *more)
{
	char text[256];
	int size = snprintf(text, sizeof(text), "{\"error\":\"%s\"%s}\n", error, more);
	struct http_reply *reply =
		http_reply_make(status, text, (size_t)size, status == 503 ? 1 : 0);

	if (status == 405)
		http_reply_add(reply, "Allow", "POST");
	http_answer_shared(request, reply);
	http_reply_drop(reply);
}

static void device_give_busy(struct http_request *request)
{
	device_give(request, 503, "temporarily_unavailable", "");
}

static void device_give_bad(struct http_request *request, const char *why)
{
	char more[192];

	snprintf(more, sizeof(more), ",\"error_description\":\"%s\"", why);
	device_give(request, 400, "invalid_request", more);
}

/* -- calls ------------------------------------------------------------------------------------- */

void device_name(const struct device *device, const char *prefix, const char *text,
		 char into[DEVICE_KEY_BYTES])
{
	char hash[PASSPORT_HASH_BYTES];

	passport_hash(device->passport, prefix, text, hash);
	snprintf(into, DEVICE_KEY_BYTES, "%s%s", prefix, hash);
}

struct device_call *device_send(struct device *device, struct http_request *request,
				const char *const *texts, size_t count, size_t key_count,
				store_cb *on_answer)
{
	struct store_word words[WORDS_MAX];
	struct device_call *call;

	assert(count <= WORDS_MAX);
	if (device->calls >= CALLS_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++)
		words[i] = (struct store_word){ texts[i], strlen(texts[i]), 0 };
	call = xcalloc(1, sizeof(*call));
	*call = (struct device_call){ .device = device, .request = request };
	if (store_call(device->store, device->sha, words, count, key_count, on_answer, call) !=
	    STORE_SENT) {
		free(call);
		return NULL;
	}
	device->calls++;
	http_suspend(request);
	return call;
}

struct store_word device_take(struct device_call *call, const struct store_answer *answer)
{
	static const struct store_word nothing = { "", 0, 0 };

	call->device->calls--;
	if (answer->fate == STORE_FAULTY || answer->fate == STORE_REFUSED)
		log_line(LOG_WARN, "device.lua: %s", answer->error);
	return answer->fate == STORE_ANSWERED && answer->count > 0 && answer->words[0].text
		       ? answer->words[0]
		       : nothing;
}

/* -- POST /device/code ------------------------------------------------------------------------- */

static void device_tell_codes(const struct device_call *call)
{
	const struct options *set = call->device->set;
	char text[768], user_code[DEVICE_USER_BYTES], shown[DEVICE_SHOWN_BYTES];
	bool is_code = device_code_read(call->code, user_code);

	assert(is_code);
	device_code_show(user_code, shown);
	int size = snprintf(text, sizeof(text),
			    "{\"device_code\":\"%s\",\"user_code\":\"%s\","
			    "\"verification_uri\":\"%s/device/\","
			    "\"verification_uri_complete\":\"%s/device/?code=%s\","
			    "\"expires_in\":%" PRId64 ",\"interval\":%" PRId64 "}\n",
			    call->code, shown, set->device_url, set->device_url, shown,
			    set->device_code_s, set->device_interval_s);
	http_answer(call->request, 200, text, (size_t)size, 0);
}

static void device_on_opened(void *owner, const struct store_answer *answer)
{
	struct device_call *call = owner;
	struct store_word word = device_take(call, answer);

	if (store_word_is(&word, "FULL"))
		log_line(LOG_WARN, "as many device logins are open as may be (--device-open-max)");
	else if (word.size > 0 && !store_word_is(&word, "OPENED") && !store_word_is(&word, "TAKEN"))
		log_line(LOG_ERROR, "device.lua said %s", word.text);
	if (store_word_is(&word, "OPENED"))
		device_tell_codes(call);
	else
		device_give_busy(call->request);
	seal_wipe(call, sizeof(*call));
	free(call);
}

static void device_open_login(struct device *device, struct http_request *request)
{
	const struct options *set = device->set;
	char code[DEVICE_CODE_BYTES], user_code[DEVICE_USER_BYTES], key[DEVICE_KEY_BYTES];
	char secret[PASSPORT_HASH_BYTES], life[DEVICE_NUMBER_BYTES], interval[DEVICE_NUMBER_BYTES];
	char most[DEVICE_NUMBER_BYTES];

	device_code_make(code);
	bool is_code = device_code_read(code, user_code);
	assert(is_code);
	device_name(device, "penstock:device:", user_code, key);
	passport_hash(device->passport, "device code:", code, secret);
	snprintf(life, sizeof(life), "%" PRId64, set->device_code_s * 1000);
	snprintf(interval, sizeof(interval), "%" PRId64, set->device_interval_s * 1000);
	snprintf(most, sizeof(most), "%" PRId64, set->device_open_max);
	const char *const texts[] = { key, DEVICE_OPEN_KEY, "open", secret, life, interval, most };
	struct device_call *call = device_send(device, request, texts, 7, 2, device_on_opened);
	if (call)
		memcpy(call->code, code, sizeof(code));
	else
		device_give_busy(request);
	seal_wipe(code, sizeof(code));
}

/* -- POST /device/token ------------------------------------------------------------------------ */

/* The words behind GIVEN: user, score, when what proved the user expires, now. */
static void device_tell_token(const struct device_call *call, const struct store_answer *answer)
{
	const struct store_word *words = answer->words;
	struct user_token token = { .score_tenths = 0 };
	char written[USER_TOKEN_BYTES], text[USER_TOKEN_BYTES + 96], id[HTTP_ID_BYTES];

	if (answer->count < 5 || words[1].size >= sizeof(token.user) ||
	    !keys_user_is_valid(words[1].text, words[1].size)) {
		device_give_busy(call->request);
		return;
	}
	memcpy(token.user, words[1].text, words[1].size);
	token.score_tenths = words[2].number < 0 ? 0 : words[2].number;
	int64_t now_s = words[4].number / 1000, until_s = words[3].number;
	token.expires_s = now_s + call->device->set->device_token_s;
	if (until_s > 0 && until_s < token.expires_s)
		token.expires_s = until_s;
	if (token.expires_s <= now_s) { /* who let it in was proven for less than it took to ask */
		device_give(call->request, 400, "expired_token", "");
		return;
	}
	passport_issue(call->device->passport, &token, written);
	int size = snprintf(text, sizeof(text),
			    "{\"access_token\":\"%s\",\"token_type\":\"Bearer\","
			    "\"expires_in\":%" PRId64 "}\n",
			    written, token.expires_s - now_s);
	log_line(LOG_INFO, "a device was given a token of %s (request %s)", token.user,
		 http_request_id(call->request, id));
	http_answer(call->request, 200, text, (size_t)size, 0);
	seal_wipe(written, sizeof(written));
	seal_wipe(text, sizeof(text));
}

static void device_on_polled(void *owner, const struct store_answer *answer)
{
	static const struct {
		const char *word, *error;
	} meanings[] = {
		{ "PENDING", "authorization_pending" }, { "DENIED", "access_denied" },
		{ "EXPIRED", "expired_token" },         { "NO_GRANT", "invalid_grant" },
		{ "SLOW_DOWN", "slow_down" },
	};
	struct device_call *call = owner;
	struct store_word word = device_take(call, answer);
	const char *error = NULL;
	char more[48] = "";

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (store_word_is(&word, meanings[i].word))
			error = meanings[i].error;
	}
	if (store_word_is(&word, "SLOW_DOWN") && answer->count > 1)
		snprintf(more, sizeof(more), ",\"interval\":%" PRId64,
			 answer->words[1].number / 1000);
	if (store_word_is(&word, "GIVEN"))
		device_tell_token(call, answer);
	else if (error)
		device_give(call->request, 400, error, more);
	else
		device_give_busy(call->request);
	free(call);
}

static void device_poll(struct device *device, struct http_request *request,
			const struct form *form)
{
	char user_code[DEVICE_USER_BYTES], key[DEVICE_KEY_BYTES], secret[PASSPORT_HASH_BYTES];

	if (strcmp(form->grant_type, grant) != 0) {
		device_give(request, 400,
			    form->grant_type[0] ? "unsupported_grant_type" : "invalid_request", "");
		return;
	}
	if (!form->device_code[0]) {
		device_give_bad(request, "device_code is needed");
		return;
	}
	if (!device_code_read(form->device_code, user_code)) {
		device_give(request, 400, "invalid_grant", "");
		return;
	}
	device_name(device, "penstock:device:", user_code, key);
	passport_hash(device->passport, "device code:", form->device_code, secret);
	const char *const texts[] = { key, DEVICE_OPEN_KEY, "poll", secret };
	if (!device_send(device, request, texts, 4, 2, device_on_polled))
		device_give_busy(request);
}

/* -- requests ---------------------------------------------------------------------------------- */

bool device_read(struct http_request *request, bool is_person, struct form *form)
{
	struct http_text body = http_request_body(request);
	const char *why = NULL;
	bool is_sound =
		http_request_fault(request) == HTTP_SOUND && !http_request_is_doubled(request);

	if (!is_sound)
		why = "the body is too large or unclear";
	else if (!ask_is_json(http_request_field(request, HTTP_CONTENT_TYPE)))
		why = form_read(form, body.at, body.size);
	else if (body_read_form(body.at, body.size, form, &why) == BODY_GOOD)
		why = NULL;
	if (!why)
		return true;
	if (is_person)
		replies_give_error(
			request,
			answers_choose_language(http_request_field(request, HTTP_ACCEPT_LANGUAGE)),
			400, why);
	else
		device_give_bad(request, why);
	return false;
}

static bool device_is(struct http_text name, const char *text)
{
	return name.size == strlen(text) && memcmp(name.at, text, name.size) == 0;
}

bool device_on_request(struct device *device, struct http_request *request, struct http_text name)
{
	bool is_code = device_is(name, "code"), is_token = device_is(name, "token");
	struct form form = { .allow = FORM_UNSAID };

	if (device_is(name, "confirm")) {
		device_on_confirm(device, request);
		return true;
	}
	if (!is_code && !is_token)
		return false;
	if (http_request_method(request) != HTTP_POST)
		device_give(request, 405, "invalid_request", "");
	else if (device_read(request, false, &form)) {
		if (is_code)
			device_open_login(device, request);
		else
			device_poll(device, request, &form);
	}
	return true;
}
