/*
 * state.h - what must outlive the tool: the purchase's key, its order, and what was told of it.
 *
 * One file a server, item and user, of `name = value` lines, readable by its owner only, and locked
 * while a run that may change it goes on. A key is made once for an intended purchase, and written
 * down before it is first sent, so that whoever starts the tool again asks with the same key.
 *
 * Layer: above files and settings_ini.
 */
#ifndef PENSTOCK_BUYER_STATE_H
#define PENSTOCK_BUYER_STATE_H

#include <stdbool.h>
#include <stdint.h>

enum { STATE_WORD_BYTES = 80, STATE_WHY_BYTES = 256 };

struct state {
	char sale[STATE_WORD_BYTES]; /* which sale it is: epoch and start; "" : not known yet */
	char key[STATE_WORD_BYTES];  /* "" : none yet */
	bool was_sent;               /* the key may have reached the server */
	int64_t units;
	char order[STATE_WORD_BYTES]; /* "" : none known */
	int64_t pay_before_ms;
	char outcome[STATE_WORD_BYTES]; /* the last definite word; "" : none, the key is pending */
	bool told_reserved, told_result, told_reminder; /* notifications that have gone out */
};

struct state_file;

/*
 * Opens the file of this purchase below `folder` and reads it into *state (cleared before). NULL,
 * and a sentence in `why`: it cannot be had, another run has it, or it is not closed to others.
 */
struct state_file *state_open(const char *folder, const char *server, const char *item,
			      const char *user, struct state *state, char why[STATE_WHY_BYTES]);

/*
 * Reads it and no more, whoever has it: for those who only look. Nothing is made; false, and a
 * sentence: it is not closed to others, or cannot be read.
 */
bool state_read(const char *folder, const char *server, const char *item, const char *user,
		struct state *state, char why[STATE_WHY_BYTES]) __attribute__((warn_unused_result));

/* Writes it, on disk before it returns; false, with errno. */
bool state_save(const struct state_file *file, const struct state *state)
	__attribute__((warn_unused_result));

/* Unlocks it. NULL is allowed. */
void state_close(struct state_file *file);

/* Is there a purchase whose end is not known? */
bool state_is_pending(const struct state *state);

/* A new purchase of `units` in `sale`: a fresh key of 128 random bits; nothing was told of it. */
void state_begin(struct state *state, const char *sale, int64_t units);

#endif
