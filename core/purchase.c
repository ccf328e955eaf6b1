/*
 * purchase.c - the moves of a purchase and the lists it stands in; see the drawing in purchase.h.
 */
#include "core/purchase.h"

#include <assert.h>
#include <stddef.h>

/* Row: from; column: to. BORN WAITING QUEUED SENT ANSWERED */
static const bool moves[PURCHASE_STATES][PURCHASE_STATES] = {
	[PURCHASE_BORN] = { false, true, true, false, true },
	[PURCHASE_WAITING] = { false, false, true, false, true },
	[PURCHASE_QUEUED] = { false, false, false, true, true },
	[PURCHASE_SENT] = { false, false, true, false, true },
	[PURCHASE_ANSWERED] = { false, false, false, false, false },
};

static const char *const words[OUTCOMES] = {
	[OUTCOME_ACCEPTED] = "ACCEPTED",
	[OUTCOME_REPEATED] = "REPEATED",
	[OUTCOME_SOLD_OUT] = "SOLD_OUT",
	[OUTCOME_HELD] = "HELD",
	[OUTCOME_LIMIT] = "LIMIT",
	[OUTCOME_PAUSED] = "PAUSED",
	[OUTCOME_ENDED] = "ENDED",
	[OUTCOME_CONFLICT] = "CONFLICT",
	[OUTCOME_NO_ITEM] = "NO_ITEM",
	[OUTCOME_BUSY] = "BUSY",
	[OUTCOME_BACKLOG] = "BACKLOG",
	[OUTCOME_BAD_REQUEST] = "BAD_REQUEST",
	[OUTCOME_NOT_STARTED] = "NOT_STARTED",
	[OUTCOME_TOOK_PART] = "TOOK_PART",
	[OUTCOME_NOT_DRAWN] = "NOT_DRAWN",
	[OUTCOME_NO_TOKEN] = "NO_TOKEN",
	[OUTCOME_REFUSED] = "REFUSED",
	[OUTCOME_NOT_RESERVED] = "NOT_RESERVED",
	[OUTCOME_BAD_TOKEN] = "BAD_TOKEN",
	[OUTCOME_OTHER_USER] = "OTHER_USER",
	[OUTCOME_UNKNOWN] = "UNKNOWN",
};

bool purchase_may_move(enum purchase_state from, enum purchase_state to)
{
	return from < PURCHASE_STATES && to < PURCHASE_STATES && moves[from][to];
}

void purchase_move(struct purchase *purchase, enum purchase_state to)
{
	assert(purchase_may_move(purchase->state, to));
	if (purchase->state == PURCHASE_SENT && to == PURCHASE_QUEUED)
		assert(purchase->flight == NULL);
	purchase->state = to;
}

enum purchase_outcome purchase_outcome_late(const struct purchase *purchase)
{
	if (purchase->state == PURCHASE_SENT || purchase->doubtful)
		return OUTCOME_UNKNOWN;
	return OUTCOME_BUSY;
}

const char *purchase_outcome_word(enum purchase_outcome outcome)
{
	assert(outcome < OUTCOMES);
	return words[outcome];
}

void purchase_list_append(struct purchase_list *list, struct purchase *purchase)
{
	purchase->next = NULL;
	purchase->prev = list->last;
	if (list->last)
		list->last->next = purchase;
	else
		list->first = purchase;
	list->last = purchase;
	list->count++;
}

void purchase_list_prepend(struct purchase_list *list, struct purchase *purchase)
{
	purchase->prev = NULL;
	purchase->next = list->first;
	if (list->first)
		list->first->prev = purchase;
	else
		list->last = purchase;
	list->first = purchase;
	list->count++;
}

void purchase_list_remove(struct purchase_list *list, struct purchase *purchase)
{
	assert(list->count > 0);
	if (purchase->prev)
		purchase->prev->next = purchase->next;
	else
		list->first = purchase->next;
	if (purchase->next)
		purchase->next->prev = purchase->prev;
	else
		list->last = purchase->prev;
	purchase->next = purchase->prev = NULL;
	list->count--;
}

void purchase_deadlines_add(struct purchase_deadlines *all, struct purchase *purchase)
{
	assert(all->latest == NULL || all->latest->deadline_ms <= purchase->deadline_ms);
	purchase->later = NULL;
	purchase->sooner = all->latest;
	if (all->latest)
		all->latest->later = purchase;
	else
		all->soonest = purchase;
	all->latest = purchase;
	all->count++;
}

void purchase_deadlines_remove(struct purchase_deadlines *all, struct purchase *purchase)
{
	assert(all->count > 0);
	if (purchase->sooner)
		purchase->sooner->later = purchase->later;
	else
		all->soonest = purchase->later;
	if (purchase->later)
		purchase->later->sooner = purchase->sooner;
	else
		all->latest = purchase->sooner;
	purchase->later = purchase->sooner = NULL;
	all->count--;
}
