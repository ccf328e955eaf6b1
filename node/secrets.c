/*
 * secrets.c - the files of secrets; see secrets.h.
 */
#include "node/secrets.h"

#include <string.h>

#include "common/settings.h"

/* The key in a file, "" when there is no file; -1 when it cannot be read. */
static int secrets_read_key(const char *path, char key[SECRETS_KEY_BYTES])
{
	key[0] = '\0';
	return path[0] ? settings_read_secret(path, key, SECRETS_KEY_BYTES) : 0;
}

int secrets_read(const struct options *options, struct secrets *secrets)
{
	char key[SECRETS_KEY_BYTES];

	if (settings_read_secret(options->redis_password_file, secrets->password,
				 sizeof(secrets->password)) < 0 ||
	    settings_read_secret(options->order_key_file, key, sizeof(key)) < 0 ||
	    secrets_read_key(options->operator_token_file, secrets->operator_token) < 0 ||
	    secrets_read_key(options->payment_key_file, secrets->payment_key) < 0 ||
	    secrets_read_key(options->payment_key_old_file, secrets->payment_old_key) < 0)
		return -1;
	secrets->tokens = tokens_open(key);
	explicit_bzero(key, sizeof(key));
	secrets->passport = passport_open(options->token_key_file, options->token_key_old_file);
	/* Their form was checked with the settings. */
	return secrets->tokens && secrets->passport ? 0 : -1;
}

void secrets_close(struct secrets *secrets)
{
	tokens_close(secrets->tokens);
	passport_close(secrets->passport);
	explicit_bzero(secrets, sizeof(*secrets));
}
