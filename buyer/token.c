/*
 * token.c - the buyer's token; see token.h and common/user_token.h for its form.
 */
#include "buyer/token.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buyer/files.h"
#include "common/keys.h"
#include "common/settings.h"

static const char allowed[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~+/=@-";

/* v1.<user>.<score>.<expiry>.<mac>, read from its end, for a user's name may hold full stops. */
static void read_parts(struct token *token)
{
	char copy[TOKEN_BYTES];
	char *dot = NULL;

	snprintf(copy, sizeof(copy), "%s", token->text);
	if (strncmp(copy, "v1.", 3) != 0)
		return;
	for (int part = 0; part < 3; part++) {
		dot = strrchr(copy, '.');
		if (dot == NULL || dot < copy + 3)
			return;
		*dot = '\0';
		if (part == 1 && keys_count_read(dot + 1, strlen(dot + 1)) > 0)
			token->expires_s = keys_count_read(dot + 1, strlen(dot + 1));
	}
	if (keys_user_is_valid(copy + 3, strlen(copy + 3)))
		snprintf(token->user, sizeof(token->user), "%.*s", KEYS_USER_BYTES, copy + 3);
}

bool token_take(const char *text, struct token *token)
{
	size_t size = strlen(text);

	memset(token, 0, sizeof(*token));
	if (size == 0 || size >= TOKEN_BYTES || strspn(text, allowed) != size)
		return false;
	memcpy(token->text, text, size + 1);
	read_parts(token);
	return true;
}

bool token_find(const struct options *options, struct token *token)
{
	char text[TOKEN_BYTES];
	bool is_good;

	memset(token, 0, sizeof(*token));
	if (options->token[0] != '\0') {
		is_good = token_take(options->token, token);
		if (!is_good)
			fprintf(stderr, "penstock-buyer: the token in the settings is none\n");
		return is_good;
	}
	if (access(options->token_file, F_OK) != 0 && errno == ENOENT)
		return true;
	if (settings_read_secret(options->token_file, text, sizeof(text)) < 0)
		return false;
	is_good = token_take(text, token);
	explicit_bzero(text, sizeof(text));
	if (!is_good)
		fprintf(stderr, "penstock-buyer: %s holds no token\n", options->token_file);
	return is_good;
}

bool token_keep(const struct options *options, const struct token *token)
{
	return files_make_folder(options->state_dir) &&
	       files_replace(options->token_file, token->text, strlen(token->text));
}

void token_wipe(struct token *token)
{
	explicit_bzero(token, sizeof(*token));
}
