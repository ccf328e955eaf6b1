/*
 * item.c - the commands that alter an item; see item.h. Looking at items is in item_show.c.
 */
#include "ctl/item.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/keys.h"
#include "ctl/ask.h"
#include "ctl/cut.h"
#include "ctl/rules.h"
#include "ctl/say.h"

enum {
	RULES_MAX = 2 * (OPTIONS_WORDS_MAX +
			 RULES_WITH_FLAGS), /* words of item.lua that hold fields and values */
	SCRIPT_WORDS_MAX = 64,              /* that item.lua takes at once */
	DIGITS_BYTES = 24,
	RESTOCK_TRIES = 5,
};

static const struct sheet_column done_columns[] = {
	{ "item", "ITEM", SHEET_TEXT },   { "done", "DONE", SHEET_TEXT },
	{ "state", "STATE", SHEET_TEXT }, { "total", "TOTAL", SHEET_NUMBER },
	{ "left", "LEFT", SHEET_NUMBER }, { "held", "HELD", SHEET_NUMBER },
	{ "paid", "PAID", SHEET_NUMBER }, { "outside", "OUTSIDE", SHEET_NUMBER },
};

/* What was done, and the item after it. */
static enum verdict print_done(const struct tools *tools, const char *item, const char *done,
			       const struct view *view)
{
	struct sheet *sheet = sheet_open(done_columns, 8);

	sheet_add_text(sheet, item, strlen(item));
	sheet_add_text(sheet, done, strlen(done));
	sheet_add_text(sheet, view->state, strlen(view->state));
	sheet_add_number(sheet, view->total);
	sheet_add_number(sheet, view->total - view->sold);
	sheet_add_number(sheet, view->sold - view->paid - view->outside);
	sheet_add_number(sheet, view->paid);
	sheet_add_number(sheet, view->outside);
	tools_print_line(tools, sheet);
	return VERDICT_DONE;
}

/* The words of item.lua, with room for values that were translated. */
struct words {
	struct redis_word list[RULES_MAX + 4];
	size_t count;
	char values[OPTIONS_WORDS_MAX + RULES_WITH_FLAGS][RULES_VALUE_BYTES];
	size_t value_count;
};

static void words_add(struct words *words, const char *word)
{
	words->list[words->count++] = redis_word_of(word);
}

/* Adds a rule as field and value; false: the value was refused, and said. */
static bool words_add_rule(struct words *words, const struct rule *rule, const char *typed,
			   bool by_field)
{
	char *value = words->values[words->value_count++];

	if (!rules_translate(rule, typed, by_field, value)) {
		say("%s \"%s\" %s", rule->name, typed, rule->form);
		return false;
	}
	words_add(words, rule->field);
	words_add(words, value);
	return true;
}

/* Says what item.lua has against a rule. */
static enum verdict refuse_rule(const struct answer *answer)
{
	const char *field = ask_word(answer, 1);
	const struct rule *rule = rules_find(field, strlen(field));

	if (ask_is(answer, "BAD_FIELD") || rule == NULL)
		say("there is no rule %s", field);
	else
		say("%s %s", rule->name, rule->form);
	return VERDICT_USAGE;
}

void item_say_committed(const char *item, int64_t entrants)
{
	say("%s: %" PRId64
	    " users take part by the draw's commitment, or it was held: there can be "
	    "no other; penstockctl item set %s draw=off ends the draw",
	    item, entrants, item);
}

/* Says why a word of item.lua is no success. */
static enum verdict refuse(const char *item, const struct answer *answer)
{
	if (ask_is(answer, "BAD_FIELD") || ask_is(answer, "BAD_VALUE"))
		return refuse_rule(answer);
	if (ask_is(answer, "CLOSED"))
		say("%s is closed, and stays as it is", item);
	else if (ask_is(answer, "COMMITTED"))
		item_say_committed(item, ask_number(answer, 1));
	else if (ask_is(answer, "EXISTS"))
		say("there is an item %s already; penstockctl item set and restock alter it", item);
	else if (ask_is(answer, "BELOW_SOLD"))
		say("%s: %" PRId64 " units are held or sold; the total cannot fall below that",
		    item, ask_number(answer, 1));
	else
		say("%s: the script answered %s, which this program does not know", item,
		    ask_word(answer, 0));
	return VERDICT_NO;
}

/* Asks item.lua; prints what was done if it says `good`, else why not. */
static enum verdict ask_and_print(struct tools *tools, const char *item, const struct words *words,
				  const char *good, const char *done)
{
	struct answer answer;
	enum verdict verdict = ask(tools, "item", item, words->list, words->count, &answer);

	if (verdict != VERDICT_DONE)
		return verdict;
	if (ask_is(&answer, good))
		verdict = print_done(tools, item, done, &answer.view);
	else
		verdict = refuse(item, &answer);
	ask_end(&answer);
	return verdict;
}

/* The values of --price and the other rules, in the order of rules_at(). */
static const char *given_rule(const struct options *options, size_t i)
{
	const char *const given[] = { options->price,     options->pay_window,
				      options->max_units, options->limit_units,
				      options->late_pay,  options->backlog_max };

	return given[i];
}

/* Adds `field=value` as it was typed. */
static bool words_add_typed(struct words *words, const char *typed)
{
	size_t size = strcspn(typed, "=");
	const struct rule *rule = rules_find(typed, size);

	if (typed[size] != '=' || rule == NULL) {
		say("\"%s\" is no rule=value; the rules are:", typed);
		for (size_t i = 0; rules_at(i) != NULL; i++)
			say("  %s %s", rules_at(i)->name, rules_at(i)->form);
		return false;
	}
	return words_add_rule(words, rule, typed + size + 1, strncmp(rule->name, typed, size) != 0);
}

/* The words behind the item, each a rule=value. */
static bool words_add_all(struct words *words, const struct options *options)
{
	for (size_t i = 1; i < options->word_count; i++) {
		if (!words_add_typed(words, options->words[i]))
			return false;
	}
	return true;
}

/* Does item.lua take them at once? Else it was said. */
static bool words_are_few(const struct words *words)
{
	if (words->count <= SCRIPT_WORDS_MAX)
		return true;
	say("at most 31 rules at once, 30 with --paused; say the others by item set");
	return false;
}

enum verdict item_create(struct tools *tools)
{
	struct words words = { .count = 0 };
	char total[DIGITS_BYTES];
	struct answer answer;
	const char *item;
	enum verdict verdict;

	if (!tools_item_word(tools, 0, &item))
		return VERDICT_USAGE;
	snprintf(total, sizeof(total), "%" PRId64, tools->options->total);
	words_add(&words, "create");
	words_add(&words, total);
	for (size_t i = 0; i < RULES_WITH_FLAGS; i++) {
		const char *typed = given_rule(tools->options, i);

		if (typed[0] != '\0' && !words_add_rule(&words, rules_at(i), typed, false))
			return VERDICT_USAGE;
	}
	if (!words_add_all(&words, tools->options))
		return VERDICT_USAGE;
	if (tools->options->paused) {
		words_add(&words, "state");
		words_add(&words, "paused");
	}
	if (!words_are_few(&words))
		return VERDICT_USAGE;
	verdict = ask(tools, "item", item, words.list, words.count, &answer);
	if (verdict != VERDICT_DONE)
		return verdict;
	/* An item that is there after a lost answer is the one we made, if it has our total. */
	bool is_ours = answer.was_asked_twice && ask_is(&answer, "EXISTS") &&
		       answer.view.total == tools->options->total;
	if (ask_is(&answer, "CREATED") || is_ours)
		verdict = print_done(tools, item, "created", &answer.view);
	else
		verdict = refuse(item, &answer);
	ask_end(&answer);
	return verdict;
}

enum verdict item_set(struct tools *tools)
{
	struct words words = { .count = 0 };
	const char *item;

	if (!tools_item_word(tools, 0, &item))
		return VERDICT_USAGE;
	words_add(&words, "set");
	if (!words_add_all(&words, tools->options) || !words_are_few(&words))
		return VERDICT_USAGE;
	return ask_and_print(tools, item, &words, "SET", "set");
}

/* +N, -N or N with at most ten digits, and not 0. */
static bool read_delta(const char *text, int64_t *delta)
{
	bool is_signed = text[0] == '+' || text[0] == '-';
	const char *digits = text + is_signed;
	size_t size = strlen(digits);

	if (size == 0 || size > 10 || strspn(digits, "0123456789") < size)
		return false;
	*delta = strtoll(text, NULL, 10);
	return *delta != 0;
}

/* The total as it is now; -1 if that cannot be said. One command: no MULTI goes at maxmemory. */
static enum verdict read_total(struct tools *tools, const char *item, int64_t *total)
{
	char key[KEYS_NAME_BYTES];
	struct redis_reply *reply;
	enum verdict verdict;

	(void)keys_name(key, item, KEYS_HASH);
	verdict = cut_ask(tools, &reply, "HGET", key, "ticket_total_nums", (char *)NULL);
	if (verdict != VERDICT_DONE)
		return verdict;
	*total = redis_reply_text(reply).text == NULL ? 0 : redis_reply_number(reply);
	redis_reply_free(reply);
	return VERDICT_DONE;
}

/*
 * One try to restock from the total that was seen, so that a lost answer can be told from another
 * operator's restock. *again: somebody else was faster.
 */
static enum verdict restock_once(struct tools *tools, const char *item, int64_t delta, bool *again)
{
	struct words words = { .count = 0 };
	char by[DIGITS_BYTES], from[DIGITS_BYTES];
	struct answer answer;
	int64_t total = -1;
	enum verdict verdict = read_total(tools, item, &total);

	*again = false;
	if (verdict != VERDICT_DONE)
		return verdict;
	snprintf(by, sizeof(by), "%" PRId64, delta);
	snprintf(from, sizeof(from), "%" PRId64, total);
	words_add(&words, "restock");
	words_add(&words, by);
	if (total >= 0) /* else item.lua says in which way the item is broken */
		words_add(&words, from);
	verdict = ask(tools, "item", item, words.list, words.count, &answer);
	if (verdict != VERDICT_DONE)
		return verdict;
	bool is_changed = ask_is(&answer, "CHANGED");
	bool is_ours = is_changed && answer.was_asked_twice && answer.view.total == total + delta;
	if (ask_is(&answer, "RESTOCKED") || is_ours) {
		verdict = print_done(tools, item, "restocked", &answer.view);
	} else if (is_changed && answer.was_asked_twice) {
		say("%s: it may or may not have been done: others alter the total as well; it is "
		    "%" PRId64 " now",
		    item, answer.view.total);
		verdict = VERDICT_UNKNOWN;
	} else if (is_changed) {
		*again = true;
	} else {
		verdict = refuse(item, &answer);
	}
	ask_end(&answer);
	return verdict;
}

enum verdict item_restock(struct tools *tools)
{
	enum verdict verdict = VERDICT_DONE;
	bool again = true;
	const char *item;
	int64_t delta = 0;

	if (!tools_item_word(tools, 0, &item))
		return VERDICT_USAGE;
	if (!read_delta(tools->options->words[1], &delta)) {
		say("\"%s\" is no number of units; give +100 or -100", tools->options->words[1]);
		return VERDICT_USAGE;
	}
	for (int i = 0; i < RESTOCK_TRIES && again; i++)
		verdict = restock_once(tools, item, delta, &again);
	if (verdict != VERDICT_DONE || !again)
		return verdict;
	say("%s: its total changes all the time; try again", item);
	return VERDICT_NO;
}

static enum verdict set_state(struct tools *tools, const char *state, const char *done)
{
	struct words words = { .count = 0 };
	const char *item;

	if (!tools_item_word(tools, 0, &item))
		return VERDICT_USAGE;
	words_add(&words, "state");
	words_add(&words, state);
	return ask_and_print(tools, item, &words, "STATE", done);
}

enum verdict item_pause(struct tools *tools)
{
	return set_state(tools, "paused", "paused");
}

enum verdict item_resume(struct tools *tools)
{
	return set_state(tools, "open", "resumed");
}
