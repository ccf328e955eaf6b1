/*
 * state.c - the file of a purchase; see state.h.
 *
 * Its name has the item and a hash of server, item and user. The lock is on a file beside it,
 * because the file itself is replaced whenever it is written.
 */
#include "buyer/state.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buyer/files.h"
#include "common/keys.h"
#include "common/settings_ini.h"
#include "common/xmalloc.h"

enum { PATH_BYTES = 700, TEXT_BYTES = 1024, KEY_RANDOM_BYTES = 16 };

struct state_file {
	char path[PATH_BYTES];
	int lock;
};

/* Which member a name of the file is. */
static char *text_of(struct state *state, const char *name)
{
	if (strcmp(name, "sale") == 0)
		return state->sale;
	if (strcmp(name, "key") == 0)
		return state->key;
	if (strcmp(name, "order") == 0)
		return state->order;
	return strcmp(name, "outcome") == 0 ? state->outcome : NULL;
}

static bool *switch_of(struct state *state, const char *name)
{
	if (strcmp(name, "sent") == 0)
		return &state->was_sent;
	if (strcmp(name, "told_reserved") == 0)
		return &state->told_reserved;
	if (strcmp(name, "told_result") == 0)
		return &state->told_result;
	return strcmp(name, "told_reminder") == 0 ? &state->told_reminder : NULL;
}

/* A line of the file; what is not understood is left out. */
static void on_line(void *owner, int line, const char *name, const char *value)
{
	struct state *state = owner;
	int64_t number;

	(void)line;
	if (name == NULL)
		return;
	number = keys_count_read(value, strlen(value));
	if (text_of(state, name) != NULL)
		snprintf(text_of(state, name), STATE_WORD_BYTES, "%.*s", STATE_WORD_BYTES - 1,
			 value);
	else if (switch_of(state, name) != NULL)
		*switch_of(state, name) = strcmp(value, "yes") == 0;
	else if (strcmp(name, "units") == 0 && number > 0)
		state->units = number;
	else if (strcmp(name, "pay_before") == 0 && number > 0)
		state->pay_before_ms = number;
}

/* FNV-1a, for a name; nothing rests on it but that two purchases have two files. */
static uint64_t hash(uint64_t so_far, const char *text)
{
	for (; *text != '\0'; text++)
		so_far = (so_far ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (so_far ^ 0xff) * UINT64_C(1099511628211);
}

/* Opens and takes the lock; -1, and a sentence. */
static int take_lock(const char *path, char why[STATE_WHY_BYTES])
{
	char name[PATH_BYTES + 8];
	int fd;

	snprintf(name, sizeof(name), "%s.lock", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		snprintf(why, STATE_WHY_BYTES, "%.180s: %s", name, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	snprintf(why, STATE_WHY_BYTES, "another penstock-buyer is at this purchase already");
	close(fd);
	return -1;
}

static bool is_fit(const char *path, char why[STATE_WHY_BYTES])
{
	struct stat facts;

	if (lstat(path, &facts) != 0)
		return errno == ENOENT;
	if (S_ISREG(facts.st_mode) && (facts.st_mode & 077) == 0)
		return true;
	snprintf(why, STATE_WHY_BYTES, "%.150s is not a file closed to others; run chmod 600 on it",
		 path);
	return false;
}

/* The file's path; false, and a sentence: it is too long. */
static bool find_path(const char *folder, const char *server, const char *item, const char *user,
		      char path[PATH_BYTES], char why[STATE_WHY_BYTES])
{
	uint64_t mark = hash(hash(hash(UINT64_C(14695981039346656037), server), item), user);
	int size = snprintf(path, PATH_BYTES, "%s/%s-%016llx.state", folder, item,
			    (unsigned long long)mark);

	snprintf(why, STATE_WHY_BYTES, "%.180s: %s", folder, strerror(ENAMETOOLONG));
	return size < PATH_BYTES;
}

/* Fills *state from it, or clears it where there is none. */
static bool read_file(const char *path, struct state *state, char why[STATE_WHY_BYTES])
{
	memset(state, 0, sizeof(*state));
	if (!is_fit(path, why))
		return false;
	if (!settings_ini_read(path, on_line, state) && errno != ENOENT) {
		snprintf(why, STATE_WHY_BYTES, "%.180s: %s", path, strerror(errno));
		return false;
	}
	if (!keys_request_is_valid(state->key, strlen(state->key)))
		memset(state, 0, sizeof(*state));
	return true;
}

bool state_read(const char *folder, const char *server, const char *item, const char *user,
		struct state *state, char why[STATE_WHY_BYTES])
{
	char path[PATH_BYTES];

	return find_path(folder, server, item, user, path, why) && read_file(path, state, why);
}

struct state_file *state_open(const char *folder, const char *server, const char *item,
			      const char *user, struct state *state, char why[STATE_WHY_BYTES])
{
	struct state_file *file = xcalloc(1, sizeof(*file));

	file->lock = -1;
	if (!find_path(folder, server, item, user, file->path, why)) {
		free(file);
		return NULL;
	}
	if (files_make_folder(folder))
		file->lock = take_lock(file->path, why);
	else
		snprintf(why, STATE_WHY_BYTES, "%.180s: %s", folder, strerror(errno));
	if (file->lock >= 0 && read_file(file->path, state, why))
		return file;
	state_close(file);
	return NULL;
}

static const char *yes_no(bool is_yes)
{
	return is_yes ? "yes" : "no";
}

bool state_save(const struct state_file *file, const struct state *state)
{
	char text[TEXT_BYTES];
	int size = snprintf(text, sizeof(text),
			    "; penstock-buyer's: keep it while the purchase is pending\n"
			    "sale = %s\nkey = %s\nsent = %s\nunits = %lld\norder = %s\n"
			    "pay_before = %lld\noutcome = %s\ntold_reserved = %s\n"
			    "told_result = %s\ntold_reminder = %s\n",
			    state->sale, state->key, yes_no(state->was_sent),
			    (long long)state->units, state->order, (long long)state->pay_before_ms,
			    state->outcome, yes_no(state->told_reserved),
			    yes_no(state->told_result), yes_no(state->told_reminder));

	assert(size > 0 && (size_t)size < sizeof(text));
	return files_replace(file->path, text, (size_t)size);
}

void state_close(struct state_file *file)
{
	if (file == NULL)
		return;
	if (file->lock >= 0)
		close(file->lock);
	free(file);
}

bool state_is_pending(const struct state *state)
{
	return state->key[0] != '\0' && state->was_sent && state->order[0] == '\0' &&
	       state->outcome[0] == '\0';
}

void state_begin(struct state *state, const char *sale, int64_t units)
{
	unsigned char random[KEY_RANDOM_BYTES];
	bool told_reserved = state->told_reserved && strcmp(state->sale, sale) == 0;
	char *at = state->key;

	memset(state, 0, sizeof(*state));
	if (getentropy(random, sizeof(random)) != 0)
		abort();
	at += snprintf(at, STATE_WORD_BYTES, "pb-");
	for (int i = 0; i < KEY_RANDOM_BYTES; i++)
		at += snprintf(at, 3, "%02x", random[i]);
	snprintf(state->sale, sizeof(state->sale), "%s", sale);
	state->units = units;
	state->told_reserved = told_reserved;
}
