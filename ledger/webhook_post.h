/*
 * webhook_post.h - one signed POST to the shop's system.
 *
 * A redirect is an answer like any other and not followed, certificates are verified, no proxy is
 * asked, an answer's body is read up to a bound and thrown away, and a connection is made only to
 * an address that is allowed.
 *
 * Layer: above settings, signature and webhook_address; below webhook. libcurl is known to
 * webhook_post.c only. One thread at a time.
 */
#ifndef PENSTOCK_LEDGER_WEBHOOK_POST_H
#define PENSTOCK_LEDGER_WEBHOOK_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEBHOOK_POST_WHY_BYTES = 300 };

struct webhook_post;

struct webhook_post_settings {
	const char *url, *key_file;
	int64_t timeout_ms; /* for all of a message, the name's look-up included */
	bool allows_private;
};

/* Is it an http or https URL with a host? */
bool webhook_post_url_is_valid(const char *url);

/* Does the file hold a key of 64 hex digits? If not, stderr says what is wrong. */
bool webhook_post_key_is_valid(const char *key_file);

/*
 * Made ready; nothing is connected. The settings are copied. Called by the main thread, for
 * libcurl's own start is not safe among threads. NULL with a sentence on stderr when the key cannot
 * be read.
 */
struct webhook_post *webhook_post_open(const struct webhook_post_settings *settings);

/* Wipes the key, closes the connection, ends it. NULL is allowed. */
void webhook_post_close(struct webhook_post *post);

/*
 * Sends a body as the event `id`. True: it was answered with 2xx in time. Else false, and `why` is
 * a sentence without the URL's password.
 */
bool webhook_post_send(struct webhook_post *post, const char *id, const char *body, size_t size,
		       char why[WEBHOOK_POST_WHY_BYTES]) __attribute__((warn_unused_result));

#endif
