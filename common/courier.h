/*
 * courier.h - one message to somewhere: JSON by HTTP, or a mail.
 *
 * Each goes over a connection of its own, with certificates verified, no redirect followed, no
 * proxy asked, and an answer's body thrown away. For tools that send a few; the ledger's webhook,
 * which sends many and signs them, has a poster of its own.
 *
 * Layer: the ground. libcurl is known on this floor to courier.c only; only a program that names
 * it is linked with it.
 */
#ifndef PENSTOCK_COURIER_H
#define PENSTOCK_COURIER_H

#include <stdbool.h>
#include <stdint.h>

enum { COURIER_WHY_BYTES = 300 };

/* Where mails go. */
struct courier_mail {
	const char *url;             /* smtp://host:port or smtps://host */
	const char *from, *to;       /* bare addresses */
	const char *user, *password; /* empty: no login. With one, smtp:// must offer STARTTLS */
};

/*
 * Posts a JSON text to an http(s) URL, within `timeout_ms`. True: it was answered 2xx; else a
 * sentence in `why`, without the URL.
 */
bool courier_post(const char *url, const char *json, int64_t timeout_ms,
		  char why[COURIER_WHY_BYTES]) __attribute__((warn_unused_result));

/*
 * Sends a mail: `title` and `text` are UTF-8 in one line each, `id` makes it known when it comes
 * twice. True: the server took it.
 */
bool courier_send(const struct courier_mail *mail, const char *id, const char *title,
		  const char *text, int64_t timeout_ms, char why[COURIER_WHY_BYTES])
	__attribute__((warn_unused_result));

#endif
