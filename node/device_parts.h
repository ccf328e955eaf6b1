/*
 * device_parts.h - what device.c and device_confirm.c share, and nobody else.
 *
 * Layer: inside device.
 */
#ifndef PENSTOCK_NODE_DEVICE_PARTS_H
#define PENSTOCK_NODE_DEVICE_PARTS_H

#include "node/answers.h"
#include "node/device.h"
#include "node/device_code.h"
#include "node/form.h"

enum { DEVICE_KEY_BYTES = 32 + PASSPORT_HASH_BYTES, DEVICE_NUMBER_BYTES = 24 };

#define DEVICE_OPEN_KEY "penstock:device:open"
#define DEVICE_GUESSES_KEY "penstock:device:guesses"

struct device {
	const struct options *set;
	struct catalog *catalog;
	struct store *store;
	const struct passport *passport;
	const char *sha;
	uint32_t calls;
};

/* A call of device.lua for a suspended request. */
struct device_call {
	struct device *device;
	struct http_request *request;
	enum answers_language language;
	char code[DEVICE_CODE_BYTES]; /* of /device/code: the new one */
	struct user_token who;        /* of /device/confirm */
};

/* The key of `text` under a constant prefix: no byte of a client gets into it. */
void device_name(const struct device *device, const char *prefix, const char *text,
		 char into[DEVICE_KEY_BYTES]);

/*
 * Sends the texts (copied), keys first, and suspends the request. The result is on_answer's owner,
 * who takes it by device_take() and frees it. NULL when it cannot be sent: nothing was done.
 */
struct device_call *device_send(struct device *device, struct http_request *request,
				const char *const *texts, size_t count, size_t key_count,
				store_cb *on_answer);

/*
 * The call is back: the first word of its answer, borrowed from it; "" when nobody knows what
 * became of the call.
 */
struct store_word device_take(struct device_call *call, const struct store_answer *answer);

/* Reads the words of a body; false when the request was answered, as for a person or a device. */
bool device_read(struct http_request *request, bool is_person, struct form *form);

/* Answers GET and POST /device/confirm, now or later. */
void device_on_confirm(struct device *device, struct http_request *request);

#endif
