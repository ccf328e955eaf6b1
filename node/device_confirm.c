/*
 * device_confirm.c - what people say of a device's code, and who they are; see device.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "node/device_parts.h"
#include "node/replies.h"

static void device_on_confirmed(void *owner, const struct store_answer *answer)
{
	static const struct {
		const char *word;
		enum reply reply;
	} meanings[] = {
		{ "ALLOWED", REPLY_ALLOWED },
		{ "REFUSED", REPLY_DENIED },
		{ "NO_CODE", REPLY_NO_CODE },
	};
	struct device_call *call = owner;
	struct store_word word = device_take(call, answer);
	enum reply reply = answer->fate == STORE_REFUSED ? REPLY_BUSY : REPLY_UNKNOWN;
	char id[HTTP_ID_BYTES];

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (store_word_is(&word, meanings[i].word))
			reply = meanings[i].reply;
	}
	if (store_word_is(&word, "TOO_MANY_GUESSES") && answer->count > 1) {
		log_line(LOG_WARN, "too many wrong device codes, the last of %s (request %s)",
			 call->who.user, http_request_id(call->request, id));
		replies_give_more(call->request, call->language, REPLY_TOO_MANY_GUESSES,
				  ",\"retryAfterMs\":%" PRId64, answer->words[1].number);
	} else {
		replies_give(call->request, call->language, reply);
	}
	free(call);
}

/* Who says yes or no; false when the request was answered. A trial's user is proven for 0 s. */
static bool device_read_user(struct device *device, struct http_request *request,
			     enum answers_language language, const struct form *form,
			     struct user_token *who)
{
	enum passport_verdict verdict =
		passport_read(device->passport, request, catalog_time_ms(device->catalog), who);
	bool is_user = keys_user_is_valid(form->user, strlen(form->user));

	if (verdict == PASSPORT_BAD)
		replies_give(request, language, REPLY_BAD_TOKEN);
	else if (!is_user)
		replies_give_error(request, language, 400,
				   "user must be at most 64 of A-Z a-z 0-9 . _ @ -");
	else if (verdict == PASSPORT_NONE && (!device->set->device_trial || !form->user[0]))
		replies_give(request, language, REPLY_NO_TOKEN);
	else if (verdict == PASSPORT_GOOD && form->user[0] && strcmp(form->user, who->user) != 0)
		replies_give(request, language, REPLY_OTHER_USER);
	else if (verdict == PASSPORT_GOOD)
		return true;
	else {
		*who = (struct user_token){ .expires_s = 0 };
		memcpy(who->user, form->user, sizeof(who->user));
		return true;
	}
	return false;
}

static void device_confirm(struct device *device, struct http_request *request,
			   enum answers_language language, const struct form *form)
{
	const struct options *set = device->set;
	char user_code[DEVICE_USER_BYTES] = "", key[DEVICE_KEY_BYTES], guesses[DEVICE_KEY_BYTES];
	char numbers[5][DEVICE_NUMBER_BYTES];
	struct user_token who;

	if (!device_read_user(device, request, language, form, &who))
		return;
	if (form->allow == FORM_UNSAID) {
		replies_give_error(request, language, 400, "allow must be true or false");
		return;
	}
	if (!device_code_read_typed(form->user_code, user_code)) { /* none is of that form */
		replies_give(request, language, REPLY_NO_CODE);
		return;
	}
	device_name(device, "penstock:device:", user_code, key);
	device_name(device, "penstock:device:guesses:", who.user, guesses);
	const int64_t values[5] = { who.score_tenths, who.expires_s, set->device_code_s * 1000,
				    set->device_guesses, set->device_guesses_all };
	for (int i = 0; i < 5; i++)
		snprintf(numbers[i], DEVICE_NUMBER_BYTES, "%" PRId64, values[i]);
	const char *const texts[] = {
		key,        DEVICE_OPEN_KEY,
		guesses,    DEVICE_GUESSES_KEY,
		"confirm",  form->allow == FORM_ALLOW ? "allow" : "deny",
		who.user,   numbers[0],
		numbers[1], numbers[2],
		numbers[3], numbers[4],
	};
	struct device_call *call = device_send(device, request, texts, 12, 4, device_on_confirmed);
	if (!call) {
		replies_give(request, language, REPLY_BUSY);
		return;
	}
	call->language = language;
	call->who = who;
}

void device_on_confirm(struct device *device, struct http_request *request)
{
	enum answers_language language =
		answers_choose_language(http_request_field(request, HTTP_ACCEPT_LANGUAGE));
	struct form form = { .allow = FORM_UNSAID };
	char text[32];

	if (http_request_method(request) == HTTP_GET) {
		int size = snprintf(text, sizeof(text), "{\"trial\":%s}\n",
				    device->set->device_trial ? "true" : "false");
		http_answer(request, 200, text, (size_t)size, 0);
	} else if (http_request_method(request) != HTTP_POST) {
		replies_give_method(request, language, "GET, POST");
	} else if (device_read(request, true, &form)) {
		device_confirm(device, request, language, &form);
	}
}
