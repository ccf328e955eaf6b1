/*
 * options.h - a node's settings, in one table.
 *
 * Layer: above settings; below main.
 */
#ifndef PENSTOCK_OPTIONS_H
#define PENSTOCK_OPTIONS_H

#include <stdint.h>

#include "common/settings.h"

enum { OPTIONS_URL_BYTES = 200 };

struct options {
	char *name;
	char *listen;
	int64_t weight;
	char *weights_from;
	struct settings_share buffer;
	char *items;
	int64_t items_max;
	char *redis, *redis_user, *redis_password_file;
	int64_t redis_timeout_ms;
	char *order_key_file;
	char *token_key_file, *token_key_old_file;     /* "" when there is none */
	char *operator_token_file;                     /* "" when there is none */
	char *payment_key_file, *payment_key_old_file; /* "" when there is none */
	int64_t trial_pay, desk_max;
	int64_t device_login, device_trial, device_code_s, device_interval_s, device_token_s;
	int64_t device_open_max, device_guesses, device_guesses_all;
	char *device_url;
	int64_t tick_ms, deadline_ms, queue_max, batch_max, batches_in_flight, batch_gap_us;
	int64_t connections_max, connection_memory, idle_timeout_s;
	int64_t shield;
	char *stat_log;
	int64_t stat_flush_ms, log_level, drain_ms;
	int64_t debuggable;
};

/*
 * The table and the words around it, for settings_read(). Completing them checks item names and
 * the order key, makes the node's name, and finds its weight: --weight, else the `weight=` of
 * the server with this node's port in --weights-from, else 1.
 */
extern const struct settings_program options_program;

#endif
