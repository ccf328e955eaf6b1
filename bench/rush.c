/*
 * rush.c - `rush`: a million buyers on one thread.
 *
 * The load generator of `make rush`, and the base of the fault tests: it sends an exact
 * number of purchases of distinct buyers, each under its own idempotency key, and accounts
 * for every one of them. Unlike `ab` and `wrk` it reads each answer strictly, tells the
 * reasons apart, can ask again under the same key, and can write down what each buyer was
 * promised, to be crossed with what the server recorded.
 *
 *     rush.c ── options          rush_load ── who asks what and when, deadlines, signals
 *        │                          └── rush_link ── one connection
 *        ├── rush_report                    └── rush_answer ── one answer, strictly
 *        └────────┴── rush_tally ── every count ── rush_histogram
 *
 * It promises: nothing on stdout but the table, or with --json the object; exit 0 only
 * when each request was settled by an answer of status 200 at its first attempt or, with
 * --retry, at a later one and no other answer of 200 was given to it.
 *
 * What it does not do: open-loop load. A slow server slows the asking down, so latencies
 * are those seen by a crowd that waits for its answers.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "bench/rush_load.h"
#include "bench/rush_report.h"
#include "bench/rush_tally.h"

enum { EXIT_CLEAN = 0, EXIT_UNCLEAN = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };
enum { SEED_BYTES = 17, HOST_BYTES = 256, PORT_BYTES = 6 };

struct settings {
	struct load_plan plan;
	char host[HOST_BYTES];
	char port[PORT_BYTES];
	char seed[SEED_BYTES];
	bool json;
	bool quiet;
};

static const char HELP[] =
	"rush - sends purchases of distinct buyers and accounts for every answer\n"
	"\n"
	"  rush [options] [host:port]                       default 127.0.0.1:8080\n"
	"\n"
	"  -n, --requests N       purchases to ask for, each of its own buyer (1000000)\n"
	"  -c, --connections C    keep-alive connections (400)\n"
	"  -i, --item NAME        what to buy (ticket)\n"
	"  -s, --seed WORD        names buyers b<seed>-<n>, keys k<seed>-<n> (random)\n"
	"  -r, --retry N          ask up to N times more when broken, late or 503 (0)\n"
	"  -t, --timeout-ms MS    an answer later than this is timed out (10000)\n"
	"  -p, --patience-ms MS   end the run when nothing was answered for so long (30000)\n"
	"  -o, --orders FILE      write `key reason order` for each unit sold\n"
	"  -j, --json             one JSON object on stdout, the table on stderr\n"
	"  -q, --quiet            no progress; with --json no table either\n"
	"  -h, --help             this text\n"
	"\n"
	"Progress goes to stderr. SIGINT stops asking and reports what is known; a second\n"
	"one stops waiting, too.\n"
	"Exit: 0 every request settled with status 200; 1 not so; 2 usage; 130 interrupted.\n";

static bool read_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	char *end = NULL;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno || value < min || value > max)
		return false;
	*out = value;
	return true;
}

/* Letters, digits, `_` and `-`: safe in a path, a header, and JSON. */
static bool is_word(const char *text, size_t bytes_max)
{
	size_t len = strlen(text);
	if (len < 1 || len > bytes_max)
		return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
	       len;
}

/* `host:port` or `[v6]:port`. */
static bool read_target(struct settings *s, const char *text)
{
	const char *colon = strrchr(text, ':');
	uint64_t port = 0;
	if (!colon || colon == text || !read_number(colon + 1, 1, 65535, &port))
		return false;
	size_t len = (size_t)(colon - text);
	bool bracketed = text[0] == '[' && colon[-1] == ']' && len > 2;
	if (bracketed) {
		text++;
		len -= 2;
	}
	if (len >= sizeof(s->host))
		return false;
	memcpy(s->host, text, len);
	s->host[len] = '\0';
	snprintf(s->port, sizeof(s->port), "%" PRIu64, port);
	return true;
}

static bool read_seed(struct settings *s, const char *text)
{
	if (!is_word(text, sizeof(s->seed) - 1))
		return false;
	memcpy(s->seed, text, strlen(text) + 1);
	return true;
}

static void make_seed(struct settings *s)
{
	uint32_t random = 0;
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		abort();
	snprintf(s->seed, sizeof(s->seed), "%08" PRIx32, random);
}

static bool open_orders(struct settings *s, const char *path)
{
	s->plan.orders = fopen(path, "we");
	if (!s->plan.orders)
		fprintf(stderr, "rush: cannot write %s: %s\n", path, strerror(errno));
	return s->plan.orders != NULL;
}

static bool take_count(int letter, const char *text, struct load_plan *plan)
{
	uint64_t value = 0;
	switch (letter) {
	case 'n':
		return read_number(text, 1, 1000000000000, &plan->requests);
	case 't':
		return read_number(text, 1, 3600000, &plan->timeout_ms);
	case 'p':
		return read_number(text, 1, 3600000, &plan->patience_ms);
	case 'c':
		if (!read_number(text, 1, 60000, &value))
			return false;
		plan->connections = (unsigned)value;
		return true;
	default:
		if (!read_number(text, 0, 1000000, &value))
			return false;
		plan->retries_max = (unsigned)value;
		return true;
	}
}

static bool take_option(int letter, const char *text, struct settings *s)
{
	switch (letter) {
	case 'n':
	case 'c':
	case 't':
	case 'p':
	case 'r':
		return take_count(letter, text, &s->plan);
	case 'i':
		s->plan.item = text;
		return is_word(text, 64);
	case 's':
		return read_seed(s, text);
	case 'o':
		return open_orders(s, text);
	case 'j':
		s->json = true;
		return true;
	case 'q':
		s->quiet = true;
		return true;
	default:
		return false;
	}
}

static bool read_options(int argc, char **argv, struct settings *s)
{
	static const struct option options[] = {
		{ "requests", required_argument, NULL, 'n' },
		{ "connections", required_argument, NULL, 'c' },
		{ "item", required_argument, NULL, 'i' },
		{ "seed", required_argument, NULL, 's' },
		{ "retry", required_argument, NULL, 'r' },
		{ "timeout-ms", required_argument, NULL, 't' },
		{ "patience-ms", required_argument, NULL, 'p' },
		{ "orders", required_argument, NULL, 'o' },
		{ "json", no_argument, NULL, 'j' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;
	while ((letter = getopt_long(argc, argv, "n:c:i:s:r:t:p:o:jqh", options, NULL)) != -1) {
		if (letter == 'h') {
			fputs(HELP, stdout);
			exit(EXIT_CLEAN);
		}
		if (!take_option(letter, optarg, s)) {
			if (letter != '?')
				fprintf(stderr, "rush: bad value for -%c: %s\n", letter, optarg);
			return false;
		}
	}
	if (optind < argc && !read_target(s, argv[optind])) {
		fprintf(stderr, "rush: not host:port: %s\n", argv[optind]);
		return false;
	}
	return argc - optind <= 1;
}

static void on_tick(const struct tally *t, uint64_t now_ns, void *owner)
{
	report_progress(owner, t, now_ns);
}

static int run(const struct settings *s)
{
	struct tally tally = { .requests = s->plan.requests, .latency = histogram_open() };
	struct report *report = report_open(stderr, s->quiet);
	struct load *load = load_open(&s->plan, &tally);
	int code = EXIT_UNCLEAN;
	if (load) {
		load_run(load, on_tick, report);
		tally_check(&tally);
		if (!s->json || !s->quiet)
			report_table(s->json ? stderr : stdout, &tally, s->seed);
		if (s->json)
			report_json(stdout, &tally, s->seed);
		code = tally_is_clean(&tally) ? EXIT_CLEAN : EXIT_UNCLEAN;
		code = tally.interrupted ? EXIT_INTERRUPTED : code;
	}
	load_close(load);
	report_close(report);
	histogram_close(tally.latency);
	return code;
}

int main(int argc, char **argv)
{
	struct settings s = {
		.plan = { .item = "ticket",
			  .requests = 1000000,
			  .connections = 400,
			  .timeout_ms = 10000,
			  .patience_ms = 30000 },
		.host = "127.0.0.1",
		.port = "8080",
	};
	make_seed(&s);
	if (!read_options(argc, argv, &s)) {
		fputs("rush: --help tells the options\n", stderr);
		return EXIT_USAGE;
	}
	s.plan.host = s.host;
	s.plan.port = s.port;
	s.plan.seed = s.seed;
	int code = run(&s);
	if (s.plan.orders && fclose(s.plan.orders) != 0) {
		fprintf(stderr, "rush: the file of orders is incomplete: %s\n", strerror(errno));
		code = EXIT_UNCLEAN;
	}
	return code;
}
