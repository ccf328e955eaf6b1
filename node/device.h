/*
 * device.h - logging in a device that has no keyboard, the device grant of RFC 8628.
 *
 *   POST /device/code      a new pair of codes, one for the device and one to show
 *   POST /device/token     the device asks: not yet, no, too late, or the token
 *   POST /device/confirm   {"user_code":..,"allow":true|false}, by somebody proven by a token
 *   GET  /device/confirm   {"trial":..}: whether a name is enough here
 *
 * All state is Redis', changed by device.lua alone, so any node may be asked next, and a login
 * that nobody ends goes by its expiry. Redis sees the codes as keyed hashes only. A token given to
 * a device never outlives the one by which a person let it in.
 *
 * A call is sent once: when its outcome is not known the answer is 503, and asking again tells,
 * but for a token that was given out into a dying link; then the device begins anew.
 *
 * Layer: above store, catalog, passport, body, replies, device_code; below route.
 */
#ifndef PENSTOCK_NODE_DEVICE_H
#define PENSTOCK_NODE_DEVICE_H

#include "node/catalog.h"
#include "node/http.h"
#include "node/options.h"
#include "node/passport.h"
#include "node/store.h"

struct device;

/* NULL where the settings say no. All is borrowed. */
struct device *device_open(const struct options *settings, struct catalog *catalog,
			   struct store *store, const struct passport *passport);

/* Ends it; the store must be closed, so that nothing is suspended. NULL is allowed. */
void device_close(struct device *device);

/*
 * Answers a request, now or later; `name` is what follows /device/ in its path. False, and nothing
 * was done, when there is nothing of that name.
 */
bool device_on_request(struct device *device, struct http_request *request, struct http_text name);

/* Requests that wait for Redis; 0 for NULL. */
uint32_t device_suspended(const struct device *device);

#endif
