/*
 * token.c - the commands about buyers' tokens; see token.h.
 *
 * `token issue` prints the token alone on a line, so that a script can take it as it is.
 */
#include "ctl/token.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/keys.h"
#include "common/user_token.h"
#include "ctl/moment.h"
#include "ctl/say.h"

enum { SCORE_DIGITS_MAX = 5, SCORE_BYTES = 24 };

static const struct sheet_column columns[] = {
	{ "verdict", "verdict", SHEET_TEXT },
	{ "user", "user", SHEET_TEXT },
	{ "score", "score", SHEET_TEXT },
	{ "expires_ms", "expires", SHEET_TIME },
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static int64_t now_s(void)
{
	return (int64_t)time(NULL);
}

/* "96" or "63.8". */
static bool read_score(const char *text, int64_t *tenths)
{
	size_t digits = strspn(text, "0123456789");
	const char *rest = text + digits;
	bool has_tenth = rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9' && rest[2] == '\0';

	if (digits == 0 || digits > SCORE_DIGITS_MAX || (rest[0] != '\0' && !has_tenth))
		return false;
	*tenths = strtoll(text, NULL, 10) * 10 + (has_tenth ? rest[1] - '0' : 0);
	return true;
}

/* The token that the flags ask for: true; else it was said. */
static bool read_wish(const struct options *options, struct user_token *token)
{
	const char *user = options->words[0];
	size_t size = strlen(user);
	int64_t span_ms = 0;

	if (size == 0 || !keys_user_is_valid(user, size)) {
		say("\"%s\" is no user's name: 1 to 64 of A-Z a-z 0-9 . _ @ -", user);
		return false;
	}
	memcpy(token->user, user, size + 1);
	if (!read_score(options->score, &token->score_tenths)) {
		say("--score \"%s\" is no score; give 0 to 99999.9, with one digit behind the "
		    "point",
		    options->score);
		return false;
	}
	if (!moment_read_span(options->expires_in, &span_ms) || span_ms < 1000) {
		say("--expires-in \"%s\" is no span; give 12h or 30d", options->expires_in);
		return false;
	}
	token->expires_s = now_s() + span_ms / 1000;
	return true;
}

static void print(const struct tools *tools, const char *verdict, const struct user_token *token)
{
	struct sheet *sheet = sheet_open(columns, COLUMNS);
	char score[SCORE_BYTES];

	sheet_add_text(sheet, verdict, strlen(verdict));
	if (token == NULL) {
		for (size_t i = 1; i < COLUMNS; i++)
			sheet_add_nothing(sheet);
	} else {
		int size = snprintf(score, sizeof(score), "%" PRId64 ".%" PRId64,
				    token->score_tenths / 10, token->score_tenths % 10);

		sheet_add_text(sheet, token->user, strlen(token->user));
		sheet_add_text(sheet, score, (size_t)size);
		sheet_add_number(sheet, token->expires_s * 1000);
	}
	tools_print_one(tools, sheet);
}

static const struct sheet_column issued[] = { { "token", "token", SHEET_TEXT } };

enum verdict token_issue(struct tools *tools)
{
	struct user_token token;
	char text[USER_TOKEN_BYTES];
	size_t size;

	if (!read_wish(tools->options, &token))
		return VERDICT_USAGE;
	size = user_token_write(text, &token, tools->token_secret);
	if (tools->options->json) {
		struct sheet *sheet = sheet_open(issued, 1);

		sheet_add_text(sheet, text, size);
		tools_print_one(tools, sheet);
	} else {
		puts(text);
	}
	return VERDICT_DONE;
}

enum verdict token_show(struct tools *tools)
{
	const char *text = tools->options->words[0];
	struct user_token token;

	if (!user_token_read(text, strlen(text), tools->token_secret, &token)) {
		print(tools, "forged", NULL);
		say("it was not issued with this key, or it is not whole");
		return VERDICT_NO;
	}
	if (token.expires_s <= now_s()) {
		print(tools, "expired", &token);
		return VERDICT_NO;
	}
	print(tools, "good", &token);
	return VERDICT_DONE;
}
