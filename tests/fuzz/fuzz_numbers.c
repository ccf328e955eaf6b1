/*
 * fuzz_numbers.c - order numbers, users' tokens and signatures of callbacks.
 *
 * The bytes are read as each of the three; what is believed must be the very text that the key
 * writes. As no fuzzer guesses a hash, the bytes also choose what is to be written: that is
 * believed, and no longer when one byte of it is another or the last is missing.
 */
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "common/signature.h"
#include "common/tokens.h"
#include "common/user_token.h"
#include "tests/fuzz/fuzz.h"

static const char hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/* What a run reads with. */
struct desk {
	struct tokens *tokens;
	unsigned char secret[SEAL_SECRET_BYTES];
};

/* The bytes that choose; 0 when they are used up. */
struct choice {
	const uint8_t *at;
	size_t left;
};

static uint64_t choose(struct choice *choice, size_t bytes)
{
	uint64_t sum = 0;

	for (; bytes > 0; bytes--) {
		sum = sum << 8 | (choice->left ? *choice->at : 0);
		choice->at += choice->left > 0;
		choice->left -= choice->left > 0;
	}
	return sum;
}

/* 1 to `most` letters of `from`. */
static void choose_name(struct choice *choice, char *into, size_t most, const char *from)
{
	size_t size = 1 + choose(choice, 1) % most;

	for (size_t i = 0; i < size; i++)
		into[i] = from[choose(choice, 1) % strlen(from)];
	into[size] = '\0';
}

static bool read_number(const struct desk *desk, const char *text, size_t size)
{
	char item[KEYS_ITEM_BYTES + 1], again[TOKENS_NUMBER_BYTES];
	int64_t seq;

	if (!tokens_read_number(desk->tokens, text, size, item, &seq))
		return false;
	assert(keys_item_is_valid(item, strlen(item)) && seq >= 1);
	assert(tokens_write_number(desk->tokens, again, item, seq) == size);
	assert(memcmp(again, text, size) == 0);
	return true;
}

static bool read_token(const struct desk *desk, const char *text, size_t size)
{
	struct user_token token;
	char again[USER_TOKEN_BYTES];

	if (!user_token_read(text, size, desk->secret, &token))
		return false;
	assert(user_token_write(again, &token, desk->secret) == size);
	assert(memcmp(again, text, size) == 0);
	return true;
}

/* Whether it is a signature of the body "x". */
static bool read_signature(const struct desk *desk, const char *text, size_t size)
{
	struct signature found;
	char again[SIGNATURE_BYTES];

	if (!signature_read(text, size, &found))
		return false;
	assert(found.at_s >= 1 && found.at_s <= INT64_C(999999999999));
	if (!signature_is_of(&found, "x", 1, desk->secret))
		return false;
	assert(signature_write(again, found.at_s, "x", 1, desk->secret) == size);
	assert(memcmp(again, text, size) == 0);
	return true;
}

typedef bool reader(const struct desk *desk, const char *text, size_t size);

/* The written text is believed; cut short, or with a byte changed, it is not. */
static void spoil(struct choice *choice, const struct desk *desk, reader *read, char *text,
		  size_t size)
{
	size_t place = choose(choice, 1) % size;
	char other = (char)(text[place] ^ (1 + choose(choice, 1) % 255));

	assert(read(desk, text, size));
	assert(!read(desk, text, size - 1));
	text[place] = other;
	assert(!read(desk, text, size));
}

static void write_and_spoil(struct choice *choice, const struct desk *desk)
{
	char item[KEYS_ITEM_BYTES + 1], text[USER_TOKEN_BYTES + TOKENS_NUMBER_BYTES];
	struct user_token token = {
		.score_tenths = (int64_t)(choose(choice, 3) % (USER_TOKEN_SCORE_TENTHS_MAX + 1)),
		.expires_s = 1 + (int64_t)(choose(choice, 6) % USER_TOKEN_EXPIRES_S_MAX),
	};
	int64_t seq = 1 + (int64_t)(choose(choice, 7) % INT64_C(999999999999999));
	size_t size;

	choose_name(choice, item, KEYS_ITEM_BYTES, "a0");
	choose_name(choice, token.user, KEYS_USER_BYTES, "aZ0.1_@-v");
	size = tokens_write_number(desk->tokens, text, item, seq);
	spoil(choice, desk, read_number, text, size);
	size = user_token_write(text, &token, desk->secret);
	spoil(choice, desk, read_token, text, size);
	size = signature_write(text, token.expires_s, "x", 1, desk->secret);
	spoil(choice, desk, read_signature, text, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choice choice = { data, size };
	struct desk desk = { .tokens = tokens_open(hex) };
	bool is_read = seal_read_secret(hex, desk.secret);

	assert(desk.tokens && is_read);
	if (read_number(&desk, (const char *)data, size) ||
	    read_token(&desk, (const char *)data, size) ||
	    read_signature(&desk, (const char *)data, size))
		assert(size > 0);
	write_and_spoil(&choice, &desk);
	tokens_close(desk.tokens);
	return 0;
}
