/*
 * tools.c - what a command works with; see tools.h.
 */
#include "ctl/tools.h"

#include <string.h>

#include "common/keys.h"
#include "common/settings.h"
#include "ctl/json.h"
#include "ctl/say.h"

enum { SECRET_BYTES = 512 };

static enum verdict tools_open_redis(struct tools *tools)
{
	char password[SECRET_BYTES];
	const struct redis_settings settings = {
		.address = tools->options->redis,
		.user = tools->options->redis_user,
		.password = password,
		.patience_ms = (uint32_t)tools->options->timeout_ms,
	};

	if (settings_read_secret(tools->options->redis_password_file, password, sizeof(password)) <
	    0)
		return VERDICT_USAGE;
	tools->redis = redis_open(&settings);
	explicit_bzero(password, sizeof(password));
	return VERDICT_DONE;
}

static enum verdict tools_open_ledger(struct tools *tools)
{
	tools->db = db_open(tools->options->url, true);
	if (tools->db != NULL)
		return VERDICT_DONE;
	say("the ledger cannot be read: %s; see --url", db_open_error());
	return VERDICT_AWAY;
}

static enum verdict tools_open_order_key(struct tools *tools)
{
	char hex[SECRET_BYTES];

	if (settings_read_secret(tools->options->order_key_file, hex, sizeof(hex)) < 0)
		return VERDICT_USAGE;
	tools->tokens = tokens_open(hex);
	explicit_bzero(hex, sizeof(hex));
	if (tools->tokens != NULL)
		return VERDICT_DONE;
	say("--order-key-file %s: must hold 64 hex digits", tools->options->order_key_file);
	return VERDICT_USAGE;
}

static enum verdict tools_open_token_key(struct tools *tools)
{
	char hex[SECRET_BYTES];
	bool is_good;

	if (settings_read_secret(tools->options->token_key_file, hex, sizeof(hex)) < 0)
		return VERDICT_USAGE;
	is_good = seal_read_secret(hex, tools->token_secret);
	explicit_bzero(hex, sizeof(hex));
	if (is_good)
		return VERDICT_DONE;
	say("--token-key-file %s: must hold 64 hex digits", tools->options->token_key_file);
	return VERDICT_USAGE;
}

enum verdict tools_open(struct tools *tools, const struct options *options, unsigned groups)
{
	enum verdict verdict = VERDICT_DONE;

	*tools = (struct tools){ .options = options };
	if (groups & OPTIONS_REDIS)
		verdict = tools_open_redis(tools);
	if (verdict == VERDICT_DONE && (groups & OPTIONS_ORDER_KEY))
		verdict = tools_open_order_key(tools);
	if (verdict == VERDICT_DONE && (groups & OPTIONS_TOKEN_KEY))
		verdict = tools_open_token_key(tools);
	if (verdict == VERDICT_DONE && (groups & OPTIONS_LEDGER))
		verdict = tools_open_ledger(tools);
	return verdict;
}

void tools_close(struct tools *tools)
{
	redis_close(tools->redis);
	db_close(tools->db);
	tokens_close(tools->tokens);
	explicit_bzero(tools->token_secret, sizeof(tools->token_secret));
}

static void print_json(struct json *json)
{
	json_print(json, stdout);
	json_close(json);
}

void tools_print_list(const struct tools *tools, struct sheet *sheet)
{
	if (tools->options->json)
		print_json(sheet_json(sheet));
	else
		sheet_print(sheet, stdout);
	sheet_close(sheet);
}

void tools_print_one(const struct tools *tools, struct sheet *sheet)
{
	if (tools->options->json)
		print_json(sheet_row_json(sheet, 0));
	else
		sheet_print_upright(sheet, stdout);
	sheet_close(sheet);
}

void tools_print_line(const struct tools *tools, struct sheet *sheet)
{
	if (tools->options->json)
		print_json(sheet_row_json(sheet, 0));
	else
		sheet_print(sheet, stdout);
	sheet_close(sheet);
}

bool tools_item_word(const struct tools *tools, size_t i, const char **item)
{
	const char *word = tools->options->words[i];

	if (!keys_item_is_valid(word, strlen(word))) {
		say("\"%s\" is no item's name: 1 to 32 of a-z 0-9 _ -, a letter or digit first",
		    word);
		return false;
	}
	*item = word;
	return true;
}
