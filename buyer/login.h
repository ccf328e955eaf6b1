/*
 * login.h - gets a token through the shop's page: the OAuth 2.0 device flow, RFC 8628.
 *
 *     POST /device/code    client_id                      link and code, shown with a QR code
 *     POST /device/token   grant_type, device_code, ...   asked every `interval` s until confirmed
 *
 * Layer: above job, json, qr, token; below the commands.
 */
#ifndef PENSTOCK_BUYER_LOGIN_H
#define PENSTOCK_BUYER_LOGIN_H

#include "buyer/job.h"

/*
 * Shows the link, waits until it is confirmed, keeps the token and uses it from now on.
 * VERDICT_DONE; VERDICT_LOGIN: denied, too late, or the shop has no login, which is told.
 */
enum verdict login_make(struct job *job) __attribute__((warn_unused_result));

#endif
