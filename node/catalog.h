/*
 * catalog.h - the items a node knows, and what Redis last told of each.
 *
 * Items named in the settings are known from the start; others are found in Redis within two
 * seconds, or asked for when somebody wants one that is not known yet. Each known item is
 * synchronised once a tick by sync.lua (every fifth when its sale is over): the node says that it
 * lives, due orders are ended, and what is left is told. Counts that somebody typed are taken over
 * by item.lua. Every answer that begins with an item's view goes through catalog_take_view(), so
 * there is one place where news arrive.
 *
 * An item that cannot be sold says why: it is absent, its hash is broken, a script failed on it,
 * or Redis' history went back (I8: its seq is lower than what this node was told before, or than
 * what SQL holds). The last heals when Redis is as far again, in the same sale or a newer one.
 *
 * Layer: above store, core; below orders.
 */
#ifndef PENSTOCK_CATALOG_H
#define PENSTOCK_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/keys.h"
#include "core/gate.h"
#include "core/purchase.h"
#include "core/sale.h"
#include "node/beat.h"
#include "node/clock.h"
#include "node/loop.h"
#include "node/roll.h"
#include "node/store.h"

struct catalog;
struct http_reply;

enum item_standing {
	ITEM_ASKED,  /* Redis was asked and has not answered yet */
	ITEM_ABSENT, /* there is no such item */
	ITEM_ON,     /* the view holds */
	ITEM_BROKEN, /* its hash is not one: see `fault`; may be mended from outside */
	ITEM_LOST,   /* Redis lost history (I8); not sold until it is made anew from the ledger */
	ITEM_FAULTY, /* a script failed on it; not sold by this node until it is started again */
};

enum { ITEM_FAULT_BYTES = 160, ITEM_LANGUAGES = 2 };

struct item {
	char name[KEYS_ITEM_BYTES + 1];
	size_t name_size;
	char key_texts[KEYS_PARTS][KEYS_NAME_BYTES];
	struct store_word keys[KEYS_PARTS];
	enum item_standing standing;
	bool was_absent; /* while ASKED: the last answer was that there is none */
	char fault[ITEM_FAULT_BYTES];
	struct sale_view view;
	struct sale_rules rules; /* as the last tick told */
	struct risk_tally risk;  /* attempts rolled by score */
	struct gate gate;
	int64_t live_weight;  /* of all living nodes, as last told */
	int64_t told_ms;      /* when Redis last answered about it, monotonic; 0: never */
	uint64_t asked, sold; /* purchases asked of this node; orders it sold */
	struct purchase_list waiting, queue;
	uint32_t flights;         /* batches out */
	uint32_t aloft;           /* purchases in them */
	uint32_t errands;         /* orders of it that are being asked about */
	int64_t rest_until_us;    /* flights': no batch before, unless many wait */
	int64_t refused_until_us; /* flights': the last was turned back, so none before at all */
	int64_t quiet_until_ms;   /* flights': it has just said in the log what is wrong */
	bool expected;            /* flights': in its list of items with something queued */
	bool pinned;              /* from the settings: synchronised even while absent */
	bool wanted;              /* somebody has asked this node for it */
	bool syncing;             /* a sync or adopt call is out */
	struct roll *roll;        /* all nodes' heartbeats; NULL: none told yet */
	int64_t recorded;         /* the newest seq that SQL holds, as last told */
	int64_t lag_seq; /* a seq that was the newest at lag_ms; SQL does not hold it yet, */
	int64_t lag_ms;  /* or holds all */
	bool violated;   /* what SQL holds differs from the view, at the same seq (I7) */
	struct http_reply *held[ITEM_LANGUAGES]; /* orders': the answer while all is held */
	int64_t held_as_of_ms;                   /* the news that it is made of */
	int64_t held_s; /* answers': the second until which it is marked to be kept; 0: it is not */
};

struct catalog_settings {
	const char *node;          /* this node's name */
	const struct tally *tally; /* of this node, told with its heartbeat */
	const char *items;         /* pinned, a comma list of valid names */
	int64_t weight;
	struct gate_buffer buffer;
	uint32_t items_max;
	uint32_t tick_ms;
};

/* News of an item arrived, or its standing changed. Runs after the gate was dealt anew. */
typedef void catalog_cb(void *owner, struct item *item);

/* `settings` is copied but for its texts, which are borrowed like `store`. */
struct catalog *catalog_open(struct loop *loop, struct store *store,
			     const struct catalog_settings *settings, catalog_cb *cb, void *owner);

/*
 * Ends it with all items; no purchase may stand in their lists, and the store must be closed. NULL
 * is allowed.
 */
void catalog_close(struct catalog *catalog);

/*
 * The item of a valid name, borrowed; a new name gets a place and is asked for. NULL when all
 * places are taken by items that exist and that somebody has asked for. An absent item is asked for
 * again when the last answer is older than a tick (it then stands as ASKED, and was_absent).
 */
struct item *catalog_find(struct catalog *catalog, const char *name, size_t size);

/* Asks Redis about `item` now, unless it has been asked already. */
void catalog_sync(struct catalog *catalog, struct item *item);

/*
 * Takes the news that a script's answer begins with. True when it is a view (words[0] is OK),
 * which holds from now on; else the item's standing says what was told. An answer that no script
 * gives ends the connection (store_distrust) and changes nothing.
 */
bool catalog_take_view(struct catalog *catalog, struct item *item,
		       const struct store_answer *answer);

/* Does `answer` begin with a view that can be read? */
bool catalog_has_view(const struct store_answer *answer);

/*
 * Is `answer` how a script refuses a whole call (RESYNC, BROKEN and their like)? What is neither
 * this nor what was asked for comes from nobody whom catalog_take_view() or we would believe.
 */
bool catalog_is_refusal(const struct store_answer *answer);

/*
 * The newest seq that this node was told of `item`, as a word for a script (I8); it borrows `room`.
 */
struct store_word catalog_known_seq(const struct item *item, char room[24]);

/* Is the last news of `item` fresh enough to refuse a buyer by it? */
bool catalog_is_fresh(const struct catalog *catalog, const struct item *item);

/* The item at `place` from 0 on, borrowed until the turn ends; NULL behind the last. */
const struct item *catalog_at(const struct catalog *catalog, uint32_t place);

/*
 * Redis' time for `item`, when it is `now_ms` by the loop; a little behind, as news take a while.
 */
int64_t catalog_item_time_ms(const struct item *item, int64_t now_ms);

/*
 * This node's own heartbeat of an item as it would be written now, and its name (borrowed).
 */
const char *catalog_own_beat(const struct catalog *catalog, const struct item *item,
			     struct beat *beat);

/* How long the oldest event that SQL does not hold has been waiting, in ms, at least; 0: none. */
int64_t catalog_lag_ms(const struct catalog *catalog, const struct item *item);

/* Redis' time now. */
int64_t catalog_time_ms(const struct catalog *catalog);

#endif
