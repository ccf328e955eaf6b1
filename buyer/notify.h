/*
 * notify.h - tells the buyer, wherever they are: by a webhook, a mail, or both.
 *
 * One notification for the reservation, one for the result, one reminder to pay; never one per
 * attempt. What was told is kept in the state, so another run does not tell it again. One that
 * cannot be delivered is tried three times, and that is told on the terminal; no outcome changes.
 *
 * Layer: above job and courier; below the commands.
 */
#ifndef PENSTOCK_BUYER_NOTIFY_H
#define PENSTOCK_BUYER_NOTIFY_H

#include "buyer/job.h"

enum notify_kind { NOTIFY_RESERVATION, NOTIFY_RESULT, NOTIFY_REMINDER };

/*
 * Sends it, unless this kind was told of this purchase already. `outcome` is the word, `line` the
 * sentence for people; order and deadline are the state's. With `is_final` false it is not the last
 * word (an outcome that is not known), and the next one of its kind is told as well.
 */
void notify_send(struct job *job, enum notify_kind kind, const char *outcome, const char *line,
		 bool is_final);

#endif
