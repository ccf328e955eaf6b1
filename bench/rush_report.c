/*
 * rush_report.c - see rush_report.h for what is shown, and where.
 */
#define _GNU_SOURCE 1 /* fileno */
#include "bench/rush_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum { BAR_CELLS = 24, NUMBER_BYTES = 32, TERMINAL_MS = 200, PLAIN_MS = 5000 };

static const uint64_t MS = 1000000; /* nanoseconds */

struct report {
	FILE *out;
	bool quiet;
	bool terminal;
	uint64_t drawn_ns;      /* when the last line was drawn */
	uint64_t drawn_settled; /* and what it said */
};

struct number {
	char text[NUMBER_BYTES];
};

/* 1234567 as "1,234,567". */
static struct number grouped(uint64_t value)
{
	char digits[NUMBER_BYTES];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, value);
	struct number number;
	int at = 0;
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			number.text[at++] = ',';
		number.text[at++] = digits[i];
	}
	number.text[at] = '\0';
	return number;
}

static double seconds_between(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e9 : 0.0;
}

static double run_seconds(const struct tally *t)
{
	return seconds_between(t->started_ns, t->ended_ns);
}

static double per_second(uint64_t count, double seconds)
{
	return seconds > 0 ? (double)count / seconds : 0.0;
}

static uint64_t failures(const struct tally *t)
{
	return t->broken + t->timed_out + t->malformed + t->connect_failures;
}

struct report *report_open(FILE *out, bool quiet)
{
	struct report *report = calloc(1, sizeof(*report));
	if (!report)
		abort();
	report->out = out;
	report->quiet = quiet;
	report->terminal = isatty(fileno(out));
	return report;
}

void report_close(struct report *report)
{
	free(report);
}

static void draw_bar(FILE *out, double share)
{
	int full = (int)(share * BAR_CELLS);
	fputs("\r\033[K[", out);
	for (int i = 0; i < BAR_CELLS; i++)
		fputc(i < full ? '#' : '.', out);
	fputs("] ", out);
}

void report_progress(struct report *report, const struct tally *t, uint64_t now_ns)
{
	bool last = t->ended_ns != 0;
	uint64_t period_ns = (report->terminal ? TERMINAL_MS : PLAIN_MS) * MS;
	if (report->drawn_ns == 0)
		report->drawn_ns = t->started_ns;
	if (report->quiet || (!last && now_ns - report->drawn_ns < period_ns))
		return;
	double rate = per_second(t->settled - report->drawn_settled,
				 seconds_between(report->drawn_ns, now_ns));
	if (last)
		rate = per_second(t->settled, run_seconds(t));
	double share = (double)t->settled / (double)t->requests;
	double eta_s = rate > 0 ? (double)(t->requests - t->settled) / rate : 0.0;
	if (report->terminal)
		draw_bar(report->out, share);
	fprintf(report->out, "%5.1f %%  %s answered  %s/s  sold %s  failed %s  ETA %.0f s",
		100.0 * share, grouped(t->settled).text, grouped((uint64_t)rate).text,
		grouped(t->sold).text, grouped(failures(t)).text, eta_s);
	if (!report->terminal || last)
		fputc('\n', report->out);
	fflush(report->out);
	report->drawn_ns = now_ns;
	report->drawn_settled = t->settled;
}

static void table_count(FILE *out, const char *name, uint64_t count)
{
	fprintf(out, "  %-28s %14s\n", name, grouped(count).text);
}

static void table_failures(FILE *out, const struct tally *t)
{
	table_count(out, "broken connections", t->broken);
	table_count(out, "timed out", t->timed_out);
	table_count(out, "malformed answers", t->malformed);
	table_count(out, "abandoned at the stop", t->abandoned);
	table_count(out, "asked again", t->retried);
	table_count(out, "connections made", t->connects);
	table_count(out, "connections refused", t->connect_failures);
}

static void table_latency(FILE *out, const struct tally *t)
{
	static const struct {
		const char *name;
		double q;
	} rows[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p99.9", 0.999 } };
	fputs("latency, ms\n", out);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fprintf(out, "  %-28s %14.3f\n", rows[i].name,
			(double)histogram_quantile_ns(t->latency, rows[i].q) / 1e6);
	fprintf(out, "  %-28s %14.3f\n", "max", (double)histogram_max_ns(t->latency) / 1e6);
	fprintf(out, "  %-28s %14.3f\n", "mean", histogram_mean_ns(t->latency) / 1e6);
}

void report_table(FILE *out, const struct tally *t, const char *seed)
{
	double seconds = run_seconds(t);
	fprintf(out, "rush, seed %s%s%s\n", seed, t->interrupted ? ", interrupted" : "",
		t->gave_up ? ", gave up: no answers" : "");
	table_count(out, "requests wanted", t->requests);
	table_count(out, "requests asked", t->asked);
	table_count(out, "requests settled", t->settled);
	table_count(out, "units sold", t->sold);
	fputs("answers\n", out);
	for (unsigned i = 0; i < t->kinds_len; i++) {
		char name[TALLY_WORD_BYTES + 16];
		snprintf(name, sizeof(name), "%d %s", t->kinds[i].status, t->kinds[i].reason);
		table_count(out, name, t->kinds[i].answers);
	}
	if (t->kinds_overflow)
		table_count(out, "(other kinds)", t->kinds_overflow);
	fputs("failures and connections\n", out);
	table_failures(out, t);
	table_latency(out, t);
	fprintf(out, "%.3f s, %s answers/s, bodies of %zu", seconds,
		grouped((uint64_t)per_second(t->answers, seconds)).text, t->body_bytes_min);
	if (t->body_bytes_max != t->body_bytes_min)
		fprintf(out, " to %zu", t->body_bytes_max);
	fputs(" bytes\n", out);
}

static void json_latency(FILE *out, const struct tally *t)
{
	const struct histogram *h = t->latency;
	fprintf(out,
		"\"latency_us\":{\"min\":%.1f,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,"
		"\"p999\":%.1f,\"max\":%.1f,\"mean\":%.1f}",
		(double)histogram_min_ns(h) / 1e3, (double)histogram_quantile_ns(h, 0.5) / 1e3,
		(double)histogram_quantile_ns(h, 0.9) / 1e3,
		(double)histogram_quantile_ns(h, 0.99) / 1e3,
		(double)histogram_quantile_ns(h, 0.999) / 1e3, (double)histogram_max_ns(h) / 1e3,
		histogram_mean_ns(h) / 1e3);
}

void report_json(FILE *out, const struct tally *t, const char *seed)
{
	const struct {
		const char *name;
		uint64_t count;
	} counts[] = {
		{ "requests", t->requests },
		{ "asked", t->asked },
		{ "settled", t->settled },
		{ "sold", t->sold },
		{ "attempts", t->attempts },
		{ "answers_total", t->answers },
		{ "broken", t->broken },
		{ "timed_out", t->timed_out },
		{ "malformed", t->malformed },
		{ "abandoned", t->abandoned },
		{ "retried", t->retried },
		{ "connects", t->connects },
		{ "connect_failures", t->connect_failures },
		{ "body_bytes_min", t->body_bytes_min },
		{ "body_bytes_max", t->body_bytes_max },
	};
	fprintf(out, "{\"seed\":\"%s\",", seed);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		fprintf(out, "\"%s\":%" PRIu64 ",", counts[i].name, counts[i].count);
	fputs("\"answers\":[", out);
	for (unsigned i = 0; i < t->kinds_len; i++)
		fprintf(out, "%s{\"status\":%d,\"reason\":\"%s\",\"count\":%" PRIu64 "}",
			i ? "," : "", t->kinds[i].status, t->kinds[i].reason, t->kinds[i].answers);
	fputs("],", out);
	json_latency(out, t);
	fprintf(out, ",\"seconds\":%.6f,\"per_second\":%.1f,\"interrupted\":%s,\"gave_up\":%s}\n",
		run_seconds(t), per_second(t->answers, run_seconds(t)),
		t->interrupted ? "true" : "false", t->gave_up ? "true" : "false");
}
