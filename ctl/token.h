/*
 * token.h - the commands about buyers' tokens (common/user_token.h).
 *
 * Layer: above tools; below commands.
 */
#ifndef PENSTOCK_CTL_TOKEN_H
#define PENSTOCK_CTL_TOKEN_H

#include "ctl/tools.h"

/* token issue USER [--score S] [--expires-in SPAN]: prints a token. */
enum verdict token_issue(struct tools *tools);

/* token show TOKEN: whose it is and until when; VERDICT_NO if it is forged or has expired. */
enum verdict token_show(struct tools *tools);

#endif
