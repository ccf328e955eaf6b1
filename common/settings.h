/*
 * settings.h - one table of settings: flag over environment over file over default.
 *
 * A program states its settings once, as a table of struct setting; from it come parsing,
 * --help, --check and the fence that fails the build when one is undocumented. Values are
 * checked here, before anything is bound. A tool that takes words beside its flags (a name, a
 * file) says so by take_word(); for any other program a word is a fault. A program whose settings
 * may stand in a file says so by read_file().
 *
 * Layer: above log and xmalloc.
 */
#ifndef PENSTOCK_SETTINGS_H
#define PENSTOCK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum settings_kind {
	SETTINGS_TEXT, /* char *: any text without control bytes */
	SETTINGS_PATH, /* char *: a file's path, may be empty */
	/*
	 * char *: path of a readable file, closed to others; shown as "(set)". With the default ""
	 * there may be none.
	 */
	SETTINGS_SECRET,
	SETTINGS_NUMBER,  /* int64_t: digits only, least..most */
	SETTINGS_ADDRESS, /* char *: host:port with port 1..65535, or unix:/path */
	SETTINGS_LEVEL,   /* enum log_level as int64_t */
	SETTINGS_SHARE,   /* struct settings_share: "10%" (0..1000) or units */
	SETTINGS_SWITCH,  /* bool: --flag alone, or --flag=yes, --flag=no */
	SETTINGS_URL,     /* char *: as a text; its password is shown as *** */
	/*
	 * char *: a secret itself, for a program with a file of settings. It is taken from there
	 * alone, and only if the file is closed to others; shown as "(set)". Default "": none.
	 */
	SETTINGS_PRIVATE,
};

struct settings_share {
	int64_t percent; /* -1 when given in units */
	int64_t units;   /* -1 when given in percent */
};

/* A row whose flag is NULL is a heading of --help: `help` is its text, the rest is not read. */
struct setting {
	const char *flag; /* "redis-timeout-ms": --redis-timeout-ms, <PREFIX>_REDIS_TIMEOUT_MS */
	enum settings_kind kind;
	const char *standard; /* the default, as text; NULL: must be given */
	int64_t least, most;  /* for SETTINGS_NUMBER */
	size_t offset;        /* of the value in the program's own struct */
	const char *help;     /* one line, with the unit */
};

/*
 * What a reader of files says of a line: the name and the value (both borrowed for the call); or,
 * with `name` NULL, what is wrong with it.
 */
typedef void settings_line_cb(void *owner, int line, const char *name, const char *value);

enum settings_verdict {
	SETTINGS_RUN,    /* all values are good and stored */
	SETTINGS_DONE,   /* --help, --version or --check did what was asked: exit 0 */
	SETTINGS_HEALTH, /* --healthcheck was asked; all values are good and stored */
	SETTINGS_BAD,    /* a sentence for each fault is on stderr: exit 2 */
};

struct settings_program {
	const char *name;    /* "penstock-node" */
	const char *summary; /* a sentence or two for --help */
	const char *prefix;  /* "PENSTOCK" */
	const char *version;
	const struct setting *table;
	size_t count;
	const char *usage;    /* behind "Usage: " in --help; NULL: the flags alone */
	const char *examples; /* the last lines of --help; NULL: none */
	bool runs_once;       /* it ends by itself, so there is no --healthcheck */
	/*
	 * Takes a word that is no flag and no flag's value (borrowed from argv), in their order;
	 * false: there is no place for it. A word may begin with `-` only before a digit. NULL:
	 * any word is a fault.
	 */
	bool (*take_word)(void *values, const char *word);
	/*
	 * A row's name in the environment: a constant; "": <PREFIX>_<FLAG>; NULL: it is not read
	 * from there. Without this function all rows have the usual name.
	 */
	const char *(*environment)(const struct setting *row);
	/*
	 * The layer below the environment: the row `file_flag` (a SETTINGS_PATH) has the path of
	 * a file of settings, and this reads it (common/settings_ini.h): each line goes to
	 * `take`. False, with errno: it cannot be opened, which is a fault if a flag or the
	 * environment named it. A name in the file is a flag's; `_` stands for `-`. NULL: there is
	 * no such layer.
	 */
	bool (*read_file)(const char *path, settings_line_cb *take, void *owner);
	const char *file_flag;
	/*
	 * What the table cannot say: checks values against each other and fills in what follows
	 * from them. 0; or -1 with a sentence on stderr. Runs when each value by itself is good,
	 * before --check prints. NULL: nothing to do.
	 */
	int (*complete)(void *values);
};

/*
 * Reads argv and the environment into `values` (the program's struct, cleared before). Texts are
 * allocated and belong to `values` until settings_free(). `--flag value` and `--flag=value` are
 * both read; an environment variable that is empty counts as not given. An unknown flag, a repeated
 * flag or a stray word is a fault and the message names the closest known flag. --check prints
 * `flag = value  (from flag|environment|file|default)` a line; of a secret its path and "(set)".
 */
enum settings_verdict settings_read(const struct settings_program *program, int argc, char **argv,
				    void *values) __attribute__((warn_unused_result));

/* Frees the texts in `values`; safe after any verdict. */
void settings_free(const struct settings_program *program, void *values);

/*
 * Reads a secret's file, one line of at most `room` - 1 bytes; trailing white space is cut. Returns
 * its length; or -1, `into` wiped, with a sentence on stderr that names the path, never the
 * content: it is not there, not regular, open to others, empty, too long or more than a line.
 */
int settings_read_secret(const char *path, char *into, size_t room)
	__attribute__((warn_unused_result));

#endif
