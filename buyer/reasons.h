/*
 * reasons.h - every word with which Penstock answers: what it means for a purchase, and for people.
 *
 * The one table of the tool; docs/API.md has the same words with the shop's numbers. A word that
 * is not in it is judged by the answer's own `retryable`.
 *
 * Layer: the ground. Pure.
 */
#ifndef PENSTOCK_BUYER_REASONS_H
#define PENSTOCK_BUYER_REASONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reasons_class {
	REASONS_WON,     /* there is an order, and it is ours */
	REASONS_FINAL,   /* there is none, and asking again is of no use */
	REASONS_AGAIN,   /* there is none by this request; later there may be */
	REASONS_EARLY,   /* the sale has not begun */
	REASONS_FAST,    /* none, and this buyer asks too often */
	REASONS_UNKNOWN, /* there may be one: the same key tells */
	REASONS_LOGIN,   /* none: the token is missing or not good */
	REASONS_STATE,   /* not of a purchase: of reservations and orders */
};

struct reason {
	const char *word;
	enum reasons_class class;
	int64_t number; /* the shop's resultCode where this is its first meaning; -1: none */
	const char *english, *chinese;
};

/* The entry of a word, or NULL. */
const struct reason *reasons_find(const char *word);

/* The entry of a resultCode that came without a word, or NULL. */
const struct reason *reasons_find_number(int64_t number);

/* Its line for people. */
const char *reasons_line(const struct reason *reason, bool is_chinese);

#endif
