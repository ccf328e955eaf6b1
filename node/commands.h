/*
 * commands.h - what an operator does to an item over HTTP.
 *
 *   POST /admin/items/{item}   {"do":"pause|resume|close|restock","units":n}
 *
 * Who has the operator's token may; where none is set nobody may. The token is compared in constant
 * time, before the body is looked at. All goes through item.lua, as with penstockctl; a restock
 * names the total that this node saw last, so that it is never done twice.
 *
 * Layer: above errands, body, seal; below route.
 */
#ifndef PENSTOCK_NODE_COMMANDS_H
#define PENSTOCK_NODE_COMMANDS_H

#include "node/errands.h"
#include "node/http.h"

struct commands;

enum { COMMANDS_TOKEN_BYTES = 256 };

/* `token` is copied; "" is none: everything is refused. Both others are borrowed. */
struct commands *commands_open(const char *token, struct catalog *catalog, struct errands *errands);

/* Ends it; nothing may be suspended. NULL is allowed. */
void commands_close(struct commands *commands);

/* Answers a request, now or later; `name` is what follows /admin/items/ in its path. */
void commands_on_request(struct commands *commands, struct http_request *request,
			 struct http_text name);

#endif
