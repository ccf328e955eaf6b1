/*
 * courier.c - libcurl's easy interface behind courier.h.
 *
 * A mail's title is sent as RFC 2047's base64 words of at most 45 bytes, cut between characters,
 * its text as base64 as well, so that no server has to take 8 bits and no line begins with a full
 * stop. Addresses with anything but their usual bytes are refused: a line's end in one would be
 * another command.
 */
#include "common/courier.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"

enum { LETTER_BYTES = 8192, WORD_BYTES = 45, LINE_BYTES = 57 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct letter {
	char text[LETTER_BYTES];
	size_t size, sent;
};

static void add(struct letter *letter, const char *text)
{
	size_t size = strlen(text);

	if (size >= LETTER_BYTES - letter->size)
		size = LETTER_BYTES - letter->size - 1;
	memcpy(letter->text + letter->size, text, size);
	letter->size += size;
	letter->text[letter->size] = '\0';
}

static void add_base64(struct letter *letter, const char *data, size_t size)
{
	for (size_t i = 0; i < size; i += 3) {
		unsigned char in[3] = { 0 };
		size_t left = size - i < 3 ? size - i : 3;

		memcpy(in, data + i, left);
		const char out[5] = {
			digits[in[0] >> 2],
			digits[(in[0] & 3) << 4 | in[1] >> 4],
			left > 1 ? digits[(in[1] & 15) << 2 | in[2] >> 6] : '=',
			left > 2 ? digits[in[2] & 63] : '=',
			'\0',
		};
		add(letter, out);
	}
}

/* The longest piece of at most `most` bytes that ends between two characters of UTF-8. */
static size_t whole_piece(const char *text, size_t most)
{
	size_t size = strlen(text);

	if (size <= most)
		return size;
	for (size = most; size > most - 4 && (text[size] & 0xc0) == 0x80;)
		size--;
	return size;
}

static void add_title(struct letter *letter, const char *title)
{
	add(letter, "Subject:");
	while (*title != '\0') {
		size_t size = whole_piece(title, WORD_BYTES);

		add(letter, " =?UTF-8?B?");
		add_base64(letter, title, size);
		add(letter, "?=\r\n");
		title += size;
	}
}

static void add_text(struct letter *letter, const char *text)
{
	size_t size = strlen(text);

	for (size_t i = 0; i < size; i += LINE_BYTES) {
		add_base64(letter, text + i, size - i < LINE_BYTES ? size - i : LINE_BYTES);
		add(letter, "\r\n");
	}
}

/* libcurl's: what comes next of the letter. */
static size_t on_read(char *into, size_t size, size_t count, void *owner)
{
	struct letter *letter = owner;
	size_t bytes = letter->size - letter->sent;

	if (bytes > size * count)
		bytes = size * count;
	memcpy(into, letter->text + letter->sent, bytes);
	letter->sent += bytes;
	return bytes;
}

/* libcurl's: an answer, which nobody reads. */
static size_t on_answer(char *data, size_t size, size_t count, void *owner)
{
	(void)data, (void)owner;
	return size * count;
}

static CURL *begin(const char *url, const char *protocols, int64_t timeout_ms, char *error)
{
	CURL *curl;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort(); /* no memory, or no working TLS library */
	curl = curl_easy_init();
	if (curl == NULL)
		abort();
	error[0] = '\0';
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "penstock/" PENSTOCK_VERSION);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
	return curl;
}

/* Performs it, and ends it; the last status (0: none), with `why` if there was a fault. */
static long finish(CURL *curl, const char *error, char why[COURIER_WHY_BYTES])
{
	CURLcode code = curl_easy_perform(curl);
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK) {
		snprintf(why, COURIER_WHY_BYTES, "%s", error[0] ? error : curl_easy_strerror(code));
		status = 0;
	} else if (status < 200 || status > 299) {
		snprintf(why, COURIER_WHY_BYTES, "it was answered with %ld", status);
	}
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	return status;
}

static struct curl_slist *append(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);

	if (longer == NULL)
		abort();
	return longer;
}

bool courier_post(const char *url, const char *json, int64_t timeout_ms,
		  char why[COURIER_WHY_BYTES])
{
	char error[CURL_ERROR_SIZE];
	CURL *curl = begin(url, "http,https", timeout_ms, error);
	struct curl_slist *headers =
		append(append(NULL, "Content-Type: application/json"), "Expect:");
	long status;

	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, json);
	status = finish(curl, error, why);
	curl_slist_free_all(headers);
	return status >= 200 && status <= 299;
}

static bool is_address(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.!#$%&'*+/=?^_`{|}~-@";

	return strchr(text, '@') != NULL && strspn(text, allowed) == strlen(text);
}

static void write_letter(struct letter *letter, const struct courier_mail *mail, const char *id,
			 const char *title, const char *text)
{
	const char *const head[] = { "From: <",
				     mail->from,
				     ">\r\nTo: <",
				     mail->to,
				     ">\r\nMessage-ID: <",
				     id,
				     "@penstock>\r\nMIME-Version: 1.0\r\n"
				     "Content-Type: text/plain; charset=utf-8\r\n"
				     "Content-Transfer-Encoding: base64\r\n" };

	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		add(letter, head[i]);
	add_title(letter, title);
	add(letter, "\r\n");
	add_text(letter, text);
}

bool courier_send(const struct courier_mail *mail, const char *id, const char *title,
		  const char *text, int64_t timeout_ms, char why[COURIER_WHY_BYTES])
{
	struct letter *letter;
	struct curl_slist *to;
	char error[CURL_ERROR_SIZE];
	CURL *curl;
	long status;

	if (!is_address(mail->from) || !is_address(mail->to)) {
		snprintf(why, COURIER_WHY_BYTES, "sender and receiver must be bare addresses");
		return false;
	}
	letter = xcalloc(1, sizeof(*letter));
	write_letter(letter, mail, id, title, text);
	to = append(NULL, mail->to);
	curl = begin(mail->url, "smtp,smtps", timeout_ms, error);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, letter);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	/* A password goes over TLS or not at all. */
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 (long)(mail->user[0] != '\0' ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	if (mail->user[0] != '\0') {
		curl_easy_setopt(curl, CURLOPT_USERNAME, mail->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, mail->password);
	}
	status = finish(curl, error, why);
	curl_slist_free_all(to);
	free(letter);
	return status >= 200 && status <= 299;
}
