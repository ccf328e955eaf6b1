/*
 * receipts.c - answer and line together; see receipts.h.
 */
#include "node/receipts.h"

#include <stdlib.h>

#include "common/xmalloc.h"

struct receipts {
	struct loop *loop;
	struct answers *answers;
	struct statlog *statlog;
	struct tally *tally;
	unsigned port;
};

struct receipts *receipts_open(struct loop *loop, struct answers *answers, struct statlog *statlog,
			       struct tally *tally, unsigned port)
{
	struct receipts *receipts = xcalloc(1, sizeof(*receipts));

	*receipts = (struct receipts){ loop, answers, statlog, tally, port };
	return receipts;
}

void receipts_close(struct receipts *receipts)
{
	free(receipts);
}

/* Completes the line by what is the same for all, and writes it. */
static void receipts_write(struct receipts *receipts, struct statlog_line *line,
			   enum purchase_outcome outcome, int64_t born_us)
{
	line->time_ms = loop_wall_ms(receipts->loop);
	line->port = receipts->port;
	line->micros = loop_clock_us() - born_us;
	line->reason = purchase_outcome_word(outcome);
	tally_answer(receipts->tally, outcome, line->micros);
	statlog_add(receipts->statlog, line);
}

static unsigned receipts_answer(const struct receipts *receipts, const struct receipt *receipt)
{
	struct answers *answers = receipts->answers;

	switch (receipt->outcome) {
	case OUTCOME_ACCEPTED:
	case OUTCOME_REPEATED:
		return answers_give_order(answers, receipt->request, receipt->language,
					  receipt->outcome, receipt->item->name, receipt->order);
	case OUTCOME_HELD:
		return answers_give_held(answers, receipt->request, receipt->language,
					 receipt->item);
	case OUTCOME_NOT_STARTED:
		return answers_give_not_started(
			answers, receipt->request, receipt->language,
			receipt->item->rules.starts_ms,
			catalog_item_time_ms(receipt->item, loop_now_ms(receipts->loop)));
	case OUTCOME_TOOK_PART:
		return answers_give_took_part(
			answers, receipt->request, receipt->language,
			receipt->item->rules.draw_ends_ms,
			catalog_item_time_ms(receipt->item, loop_now_ms(receipts->loop)));
	case OUTCOME_UNKNOWN:
		return answers_give_unknown(answers, receipt->request, receipt->language,
					    receipt->key);
	default:
		return answers_give(answers, receipt->request, receipt->language, receipt->outcome);
	}
}

void receipts_give(struct receipts *receipts, const struct receipt *receipt)
{
	struct statlog_line line = {
		.sold = receipt->outcome == OUTCOME_ACCEPTED,
		.local_sales = receipt->number,
		.item = receipt->item->name,
		.status = receipts_answer(receipts, receipt),
		.units = receipt->units,
		.order_seq = receipt->order.seq,
		.key = receipt->key,
	};

	receipts_write(receipts, &line, receipt->outcome, receipt->born_us);
}

void receipts_refuse(struct receipts *receipts, struct http_request *request, const char *item,
		     const struct ask *ask, enum purchase_outcome outcome)
{
	int64_t born_us = http_request_born_us(request);
	struct answers *answers = receipts->answers;
	struct statlog_line line = {
		.item = item,
		.status = outcome == OUTCOME_UNKNOWN
				  ? answers_give_unknown(answers, request, ask->language, ask->key)
				  : answers_give(answers, request, ask->language, outcome),
		.units = ask->units,
		.key = ask->key,
	};

	receipts_write(receipts, &line, outcome, born_us);
}

void receipts_reject(struct receipts *receipts, struct http_request *request, const char *item,
		     const struct ask *ask, unsigned status, const char *error)
{
	int64_t born_us = http_request_born_us(request);
	struct statlog_line line = {
		.item = item,
		.status = answers_give_error(receipts->answers, request, ask->language, status,
					     error),
		.units = ask->units,
		.key = ask->key,
	};

	receipts_write(receipts, &line, OUTCOME_BAD_REQUEST, born_us);
}
