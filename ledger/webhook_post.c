/*
 * webhook_post.c - libcurl's easy interface behind webhook_post.h.
 *
 * One handle, so that its connection is kept from one message to the next. The check of the address
 * sits where libcurl asks for a socket: by then the name is resolved, and what is looked at is what
 * will be connected to. A connection that is used again was checked when it was made.
 */
#include "ledger/webhook_post.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/settings.h"
#include "common/signature.h"
#include "common/xmalloc.h"
#include "ledger/webhook_address.h"

enum { ANSWER_BYTES_MAX = 65536, HEADER_BYTES = 256 };

struct webhook_post {
	CURL *curl;
	char *url;
	bool allows_private;
	unsigned char key[SEAL_SECRET_BYTES];
	/* Of the message under way. */
	bool is_barred;
	size_t answered; /* bytes of the answer's body */
	char error[CURL_ERROR_SIZE];
};

bool webhook_post_url_is_valid(const char *url)
{
	CURLU *parts = curl_url();
	char *scheme = NULL;
	bool is_valid = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
			curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
			(strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);

	curl_free(scheme);
	curl_url_cleanup(parts);
	return is_valid;
}

static bool webhook_post_read_key(const char *file, unsigned char key[SEAL_SECRET_BYTES])
{
	char text[256];
	bool is_good;

	if (settings_read_secret(file, text, sizeof(text)) < 0)
		return false;
	is_good = seal_read_secret(text, key);
	explicit_bzero(text, sizeof(text));
	if (!is_good)
		fprintf(stderr, "penstock-ledger: --webhook-key-file %s: must hold 64 hex digits\n",
			file);
	return is_good;
}

bool webhook_post_key_is_valid(const char *key_file)
{
	unsigned char key[SEAL_SECRET_BYTES];
	bool is_valid = webhook_post_read_key(key_file, key);

	seal_wipe(key, sizeof(key));
	return is_valid;
}

/* libcurl's: a socket for this address, or none. */
static curl_socket_t webhook_post_on_socket(void *owner, curlsocktype purpose,
					    struct curl_sockaddr *address)
{
	struct webhook_post *post = owner;

	(void)purpose;
	if (!post->allows_private && !webhook_address_is_public(&address->addr, address->addrlen)) {
		post->is_barred = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* libcurl's: a piece of the answer's body. */
static size_t webhook_post_on_answer(char *data, size_t size, size_t count, void *owner)
{
	struct webhook_post *post = owner;

	(void)data;
	post->answered += size * count;
	return post->answered > ANSWER_BYTES_MAX ? 0 : size * count;
}

static void webhook_post_set_up(struct webhook_post *post, int64_t timeout_ms)
{
	CURL *curl = post->curl;

	curl_easy_setopt(curl, CURLOPT_URL, post->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "penstock/" PENSTOCK_VERSION);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, post->error);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, webhook_post_on_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, post);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, webhook_post_on_answer);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, post);
}

struct webhook_post *webhook_post_open(const struct webhook_post_settings *settings)
{
	struct webhook_post *post = xcalloc(1, sizeof(*post));

	if (!webhook_post_read_key(settings->key_file, post->key)) {
		free(post);
		return NULL;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort(); /* no memory, or no working TLS library: as with no memory elsewhere */
	post->curl = curl_easy_init();
	if (!post->curl)
		abort();
	post->url = xstrdup(settings->url);
	post->allows_private = settings->allows_private;
	webhook_post_set_up(post, settings->timeout_ms);
	return post;
}

void webhook_post_close(struct webhook_post *post)
{
	if (!post)
		return;
	curl_easy_cleanup(post->curl);
	curl_global_cleanup();
	seal_wipe(post->key, sizeof(post->key));
	free(post->url);
	free(post);
}

/* The message's headers; the caller frees them. */
static struct curl_slist *webhook_post_headers(const struct webhook_post *post, const char *id,
					       const char *body, size_t size)
{
	char signature[SIGNATURE_BYTES], lines[2][HEADER_BYTES];
	struct curl_slist *headers = NULL;

	signature_write(signature, (int64_t)time(NULL), body, size, post->key);
	snprintf(lines[0], sizeof(lines[0]), "Penstock-Event: %s", id);
	snprintf(lines[1], sizeof(lines[1]), "Penstock-Signature: %s", signature);
	const char *const all[] = { "Content-Type: application/json", lines[0], lines[1],
				    "Expect:" };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct curl_slist *longer = curl_slist_append(headers, all[i]);

		if (!longer)
			abort();
		headers = longer;
	}
	return headers;
}

bool webhook_post_send(struct webhook_post *post, const char *id, const char *body, size_t size,
		       char why[WEBHOOK_POST_WHY_BYTES])
{
	struct curl_slist *headers = webhook_post_headers(post, id, body, size);
	long status = 0;

	post->is_barred = false;
	post->answered = 0;
	post->error[0] = '\0';
	curl_easy_setopt(post->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(post->curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(post->curl, CURLOPT_POSTFIELDSIZE, (long)size);
	CURLcode code = curl_easy_perform(post->curl);

	curl_easy_setopt(post->curl, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(post->curl, CURLOPT_POSTFIELDS, NULL);
	curl_slist_free_all(headers);
	/* The answer's length is nobody's fault: it was we who stopped reading. */
	if (code == CURLE_OK || post->answered > ANSWER_BYTES_MAX)
		curl_easy_getinfo(post->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status < 300)
		return true;
	if (status)
		snprintf(why, WEBHOOK_POST_WHY_BYTES, "it was answered with %ld", status);
	else if (post->is_barred)
		snprintf(why, WEBHOOK_POST_WHY_BYTES,
			 "its address is not a public one (--webhook-allow-private)");
	else
		snprintf(why, WEBHOOK_POST_WHY_BYTES, "%s",
			 post->error[0] ? post->error : curl_easy_strerror(code));
	return false;
}
