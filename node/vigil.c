/*
 * vigil.c - two plain commands a second; see vigil.h.
 */
#include "node/vigil.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/xmalloc.h"

enum { LOOK_MS = 1000 };

struct vigil {
	struct store *store;
	struct loop_timer *timer;
	bool is_kept, is_always; /* as last seen */
};

/* Says what has changed. */
static void vigil_note(bool *known, bool seen, const char *lost, const char *back)
{
	if (*known != seen)
		log_line(seen ? LOG_INFO : LOG_ERROR, "%s", seen ? back : lost);
	*known = seen;
}

static bool vigil_has(const struct store_word *word, const char *line)
{
	return word->text && memmem(word->text, word->size, line, strlen(line));
}

static void vigil_on_info(void *owner, const struct store_answer *answer)
{
	struct vigil *vigil = owner;

	if (answer->fate != STORE_ANSWERED || answer->count != 1)
		return;
	vigil_note(&vigil->is_kept,
		   vigil_has(answer->words, "aof_enabled:1\r\n") &&
			   vigil_has(answer->words, "aof_last_write_status:ok\r\n"),
		   "Redis does not write its log: what it acknowledges can be lost",
		   "Redis writes its log again");
}

static void vigil_on_fsync(void *owner, const struct store_answer *answer)
{
	struct vigil *vigil = owner;

	if (answer->fate != STORE_ANSWERED || answer->count != 2)
		return;
	vigil_note(&vigil->is_always, store_word_is(&answer->words[1], "always"),
		   "Redis' appendfsync is not always: what it acknowledges can be lost",
		   "Redis' appendfsync is always again");
}

static void vigil_on_look(void *owner)
{
	static const char *const info[] = { "INFO", "persistence" };
	static const char *const fsync[] = { "CONFIG", "GET", "appendfsync" };
	struct vigil *vigil = owner;

	/* While it is away there is nothing to see, and that is told elsewhere. */
	if (store_is_ready(vigil->store) &&
	    store_command(vigil->store, info, 2, vigil_on_info, vigil) == STORE_SENT)
		(void)!store_command(vigil->store, fsync, 3, vigil_on_fsync, vigil);
}

struct vigil *vigil_open(struct loop *loop, struct store *store)
{
	struct vigil *vigil = xcalloc(1, sizeof(*vigil));

	vigil->store = store;
	vigil->is_kept = vigil->is_always = true;
	vigil->timer = loop_timer_open(loop, vigil_on_look, vigil);
	loop_timer_start(vigil->timer, LOOK_MS, LOOK_MS);
	return vigil;
}

void vigil_close(struct vigil *vigil)
{
	if (!vigil)
		return;
	loop_timer_close(vigil->timer);
	free(vigil);
}

bool vigil_is_content(const struct vigil *vigil)
{
	return vigil->is_kept && vigil->is_always;
}
