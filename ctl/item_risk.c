/*
 * item_risk.c - how attempts were rolled by scores, as the nodes counted them; see item.h.
 *
 * Each node writes its counts beside its heartbeat, as `=risk:<node>` in {H}:nodes; they begin anew
 * when it is started. Here they are added up.
 */
#include <stdlib.h>
#include <string.h>

#include "core/risk.h"
#include "ctl/facts.h"
#include "ctl/item.h"
#include "ctl/say.h"

static const char prefix[] = "=risk:";

enum { PARTS_BEFORE = 2 };

static const struct sheet_column columns[] = {
	{ "from", "FROM", SHEET_NUMBER },
	{ "attempts", "ATTEMPTS", SHEET_NUMBER },
	{ "refused", "REFUSED", SHEET_NUMBER },
	{ "refused_percent", "REFUSED %", SHEET_NUMBER },
	{ "policy_percent", "POLICY %", SHEET_NUMBER },
};

/* Adds the counts of an entry `0|beat|band:asked:refused,...`. */
static void add_entry(struct risk_tally *tally, const char *entry)
{
	for (int i = 0; i < PARTS_BEFORE && entry != NULL; i++) {
		entry = strchr(entry, '|');
		entry = entry == NULL ? NULL : entry + 1;
	}
	while (entry != NULL && *entry != '\0') {
		char *end;
		unsigned long band = strtoul(entry, &end, 10);
		unsigned long long asked = *end == ':' ? strtoull(end + 1, &end, 10) : 0;
		unsigned long long refused = *end == ':' ? strtoull(end + 1, &end, 10) : 0;

		if (band >= RISK_BANDS || (*end != ',' && *end != '\0'))
			return; /* no counts that this program knows */
		tally->asked[band] += asked;
		tally->refused[band] += refused;
		entry = *end == ',' ? end + 1 : end;
	}
}

/* A whole percentage, rounded. */
static int64_t percent(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (int64_t)((part * 100 + whole / 2) / whole);
}

static void print_tally(const struct tools *tools, const struct facts *facts,
			const struct risk_tally *tally)
{
	const char *shares = facts_text(facts, "risk_shares");
	struct sheet *sheet = sheet_open(columns, sizeof(columns) / sizeof(*columns));
	struct risk_policy policy = { .shift = 0 };
	bool has_policy = shares != NULL && risk_read(shares, strlen(shares), &policy);

	for (unsigned band = 0; band < RISK_BANDS; band++) {
		if (tally->asked[band] == 0)
			continue;
		sheet_add_number(sheet, risk_band_from(&policy, band));
		sheet_add_number(sheet, (int64_t)tally->asked[band]);
		sheet_add_number(sheet, (int64_t)tally->refused[band]);
		sheet_add_number(sheet, percent(tally->refused[band], tally->asked[band]));
		if (has_policy)
			sheet_add_number(sheet, 100 - policy.passes[band]);
		else
			sheet_add_nothing(sheet);
	}
	tools_print_list(tools, sheet);
}

enum verdict item_risk(struct tools *tools)
{
	struct risk_tally tally = { .asked = { 0 } };
	struct facts facts;
	const char *item, *name, *entry;
	enum verdict verdict;

	if (!tools_item_word(tools, 0, &item))
		return VERDICT_USAGE;
	verdict = facts_read(tools, item, &facts);
	if (verdict != VERDICT_DONE)
		return verdict;
	if (facts_are_there(&facts)) {
		for (size_t i = 0; facts_node(&facts, i, &name, &entry); i++) {
			if (strncmp(name, prefix, sizeof(prefix) - 1) == 0)
				add_entry(&tally, entry);
		}
		print_tally(tools, &facts, &tally);
	} else {
		say("there is no item %s", item);
		verdict = VERDICT_NO;
	}
	facts_end(&facts);
	return verdict;
}
