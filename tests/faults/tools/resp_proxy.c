/*
 * resp_proxy.c - stands between nodes and Redis (or nginx and nodes) and spoils what passes.
 *
 *     resp_proxy CONTROL [raw:]PORT:TARGET...
 *
 * Each route listens on 127.0.0.1:PORT and passes on to 127.0.0.1:TARGET, message by message, so
 * that exactly one can be lost, doubled or cut; a `raw` route passes bytes as they come. What shall
 * go wrong is told by datagrams to the unix socket CONTROL (rules.h), each answered by one.
 *
 * One thread, poll(2). It ends with whoever started it, or by a signal.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/xmalloc.h"
#include "tests/faults/tools/frames.h"
#include "tests/faults/tools/lane.h"
#include "tests/faults/tools/rules.h"

enum { ROUTES_MAX = 8, LINKS_MAX = 1024, PENDING_MAX = 1024, FORGED_MAX = 64 << 20 };

struct route {
	struct rules *rules;
	int port, target, listener;
	bool is_raw;
};

/* What is to be done with an answer when it comes. */
struct expected {
	enum rules_deed deed;
	size_t byte;
	bool is_marked;
};

struct link {
	struct route *route;
	struct lane up, down;
	struct expected pending[PENDING_MAX]; /* a ring: requests that wait for their answers */
	unsigned asked, answered;
	bool muted, dying; /* dying: ends when both queues are empty */
};

struct proxy {
	struct rules rules[ROUTES_MAX];
	struct route routes[ROUTES_MAX];
	size_t route_count;
	struct link *links[LINKS_MAX];
	size_t link_count;
	int control;
	struct sockaddr_un told_by; /* whoever gave the command of this turn */
	socklen_t told_by_bytes;    /* 0: nobody */
	char said[512];
};

/* -- sockets ----------------------------------------------------------------------------------- */

static struct sockaddr_in proxy_address(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static int proxy_listen(int port)
{
	struct sockaddr_in address = proxy_address(port);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 511) != 0) {
		perror("resp_proxy: listen");
		exit(1);
	}
	return fd;
}

/* Closes a socket; with a reset if the other side is to learn nothing of what was under way. */
static void proxy_hang_up(int fd, bool with_reset)
{
	const struct linger at_once = { 1, 0 };

	if (with_reset)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
}

static void proxy_accept(struct proxy *proxy, struct route *route)
{
	struct sockaddr_in address = proxy_address(route->target);
	int client = accept4(route->listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (client < 0 || proxy->link_count == LINKS_MAX ||
	    connect(server, (struct sockaddr *)&address, sizeof(address)) != 0) {
		if (client >= 0)
			proxy_hang_up(client, true);
		close(server);
		return;
	}
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	struct link *link = xcalloc(1, sizeof(*link));

	link->route = route;
	lane_open(&link->up, client, server);
	lane_open(&link->down, server, client);
	proxy->links[proxy->link_count++] = link;
	route->rules->links++;
}

static void link_end(struct proxy *proxy, size_t place, bool with_reset)
{
	struct link *link = proxy->links[place];

	proxy_hang_up(link->up.from, with_reset);
	proxy_hang_up(link->up.to, false);
	lane_close(&link->up);
	lane_close(&link->down);
	link->route->rules->links--;
	free(link);
	proxy->links[place] = proxy->links[--proxy->link_count];
}

/* -- messages ---------------------------------------------------------------------------------- */

static void link_expect(struct link *link, struct expected expected)
{
	assert(link->asked - link->answered < PENDING_MAX);
	link->pending[link->asked++ % PENDING_MAX] = expected;
}

/* One request passes, or not. */
static void link_pass_up(struct link *link, size_t size)
{
	struct rules *rules = link->route->rules;
	struct expected expected = { RULES_PASS, 0, false };

	expected.deed =
		rules_judge(rules, link->up.bytes, size, &expected.is_marked, &expected.byte);
	if (expected.deed == RULES_CUT_UP) {
		lane_queue(&link->up, expected.byte < size ? expected.byte : size,
			   rules->delay_ms[RULES_UP]);
		link->dying = link->muted = true;
		return;
	}
	lane_queue(&link->up, size, rules->delay_ms[RULES_UP]);
	if (expected.deed == RULES_TWICE) {
		link_expect(link, expected);
		lane_queue(&link->up, size, rules->delay_ms[RULES_UP]);
		expected.deed = RULES_PASS;
	}
	lane_drop(&link->up, size);
	link_expect(link, expected);
}

/* What a file holds leaves instead of an answer. */
static void link_forge(struct link *link, long delay_ms)
{
	static char bytes[FORGED_MAX];
	FILE *file = fopen(link->route->rules->forged, "rb");

	if (!file) {
		perror("resp_proxy: forged");
		exit(1);
	}
	lane_add(&link->down, bytes, fread(bytes, 1, sizeof(bytes), file), delay_ms);
	fclose(file);
}

/* One answer passes, or not. False when the connection is to be reset now. */
static bool link_pass_down(struct link *link, size_t size)
{
	struct rules *rules = link->route->rules;
	struct expected expected = { RULES_PASS, 0, false };

	if (link->answered < link->asked)
		expected = link->pending[link->answered++ % PENDING_MAX];
	if (expected.is_marked)
		rules->answer_bytes = (long)size;
	if (expected.deed == RULES_SWALLOW)
		return false;
	link->muted = link->muted || expected.deed == RULES_MUTE;
	if (expected.deed == RULES_CUT_DOWN) {
		size = expected.byte < size ? expected.byte : size;
		link->dying = true;
	}
	if (expected.deed == RULES_FORGE)
		link_forge(link, rules->delay_ms[RULES_DOWN]);
	else if (!link->muted && expected.deed != RULES_TWICE)
		lane_queue(&link->down, size, rules->delay_ms[RULES_DOWN]);
	if (expected.deed == RULES_EXTRA)
		link_forge(link, rules->delay_ms[RULES_DOWN]);
	lane_drop(&link->down, size);
	return true;
}

/* All whole messages of a lane. False when the connection is to be reset now. */
static bool link_pass(struct link *link, struct lane *lane)
{
	bool is_up = lane == &link->up;

	while (lane->size > 0 && !link->dying) {
		long size = link->route->is_raw ? -1 : frames_first(lane->bytes, lane->size);

		if (size == 0)
			return true;
		if (size < 0) {
			enum rules_way way = is_up ? RULES_UP : RULES_DOWN;

			lane_queue(lane, lane->size, link->route->rules->delay_ms[way]);
			lane_drop(lane, lane->size);
		} else if (is_up) {
			link_pass_up(link, (size_t)size);
		} else if (!link_pass_down(link, (size_t)size)) {
			return false;
		}
	}
	return true;
}

static bool lane_is_done(const struct lane *lane)
{
	return lane->ended && !lane->first;
}

/* Everything that can be done for a link now. False when it has come to its end. */
static bool link_work(struct link *link, bool *with_reset)
{
	const struct rules *rules = link->route->rules;
	struct lane *lanes[] = { &link->up, &link->down };

	*with_reset = true;
	if (rules->resetting)
		return false;
	for (int way = RULES_UP; way <= RULES_DOWN; way++) {
		if (rules->stalled[way])
			continue;
		if (!lane_read(lanes[way]) || !link_pass(link, lanes[way]) ||
		    !lane_send(lanes[way]))
			return false;
	}
	*with_reset = false;
	if (link->dying)
		return link->up.first || link->down.first;
	return !lane_is_done(&link->up) && !lane_is_done(&link->down);
}

/* -- the loop ---------------------------------------------------------------------------------- */

static void proxy_obey(struct proxy *proxy)
{
	char command[256];
	ssize_t size;

	proxy->told_by_bytes = sizeof(proxy->told_by);
	size = recvfrom(proxy->control, command, sizeof(command) - 1, 0,
			(struct sockaddr *)&proxy->told_by, &proxy->told_by_bytes);
	command[size > 0 ? size : 0] = '\0';
	if (!rules_obey(proxy->rules, proxy->route_count, command, proxy->said,
			sizeof(proxy->said)))
		fprintf(stderr, "resp_proxy: %s\n", proxy->said);
}

/* What was told has been done: says so. */
static void proxy_answer(struct proxy *proxy)
{
	if (proxy->told_by_bytes > 0)
		sendto(proxy->control, proxy->said, strlen(proxy->said), 0,
		       (struct sockaddr *)&proxy->told_by, proxy->told_by_bytes);
	proxy->told_by_bytes = 0;
}

/* The listener follows what the rules say of it. */
static void route_settle(struct route *route)
{
	bool refuses = route->rules->refusing;

	if (refuses && route->listener >= 0) {
		close(route->listener);
		route->listener = -1;
	} else if (!refuses && route->listener < 0) {
		route->listener = proxy_listen(route->port);
	}
	route->rules->resetting = false;
}

/* ms until something is due although nothing comes; a stalled lane waits for a command. */
static int proxy_patience_ms(const struct proxy *proxy)
{
	int64_t least_ms = -1;

	for (size_t i = 0; i < proxy->link_count; i++) {
		const struct link *link = proxy->links[i];
		const struct lane *lanes[] = { &link->up, &link->down };

		for (int way = RULES_UP; way <= RULES_DOWN; way++) {
			int64_t wait_ms = lane_wait_ms(lanes[way]);

			if (link->route->rules->stalled[way] || wait_ms < 0)
				continue;
			if (least_ms < 0 || wait_ms < least_ms)
				least_ms = wait_ms;
		}
	}
	return (int)(least_ms == 0 ? 1 : least_ms);
}

/* Waits for anything; returns how many entries of `polls` were filled. */
static size_t proxy_wait(const struct proxy *proxy, struct pollfd *polls)
{
	size_t count = 0;

	polls[count++] = (struct pollfd){ .fd = proxy->control, .events = POLLIN };
	for (size_t i = 0; i < proxy->route_count; i++)
		polls[count++] =
			(struct pollfd){ .fd = proxy->routes[i].listener, .events = POLLIN };
	for (size_t i = 0; i < proxy->link_count; i++) {
		const struct link *link = proxy->links[i];
		const bool *stalled = link->route->rules->stalled;

		polls[count++] = (struct pollfd){
			.fd = stalled[RULES_UP] || link->up.ended ? -1 : link->up.from,
			.events = POLLIN,
		};
		polls[count++] = (struct pollfd){
			.fd = stalled[RULES_DOWN] || link->down.ended ? -1 : link->down.from,
			.events = POLLIN,
		};
	}
	poll(polls, count, proxy_patience_ms(proxy));
	return count;
}

static void proxy_turn(struct proxy *proxy)
{
	static struct pollfd polls[1 + ROUTES_MAX + 2 * LINKS_MAX];
	bool with_reset;

	proxy_wait(proxy, polls);
	if (polls[0].revents)
		proxy_obey(proxy);
	for (size_t i = proxy->link_count; i-- > 0;) {
		if (!link_work(proxy->links[i], &with_reset))
			link_end(proxy, i, with_reset);
	}
	for (size_t i = 0; i < proxy->route_count; i++) {
		if (polls[1 + i].revents && !proxy->routes[i].rules->refusing)
			proxy_accept(proxy, &proxy->routes[i]);
		route_settle(&proxy->routes[i]);
	}
	proxy_answer(proxy);
}

static int proxy_open_control(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		perror("resp_proxy: control");
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	static struct proxy proxy;

	if (argc < 3 || argc - 2 > ROUTES_MAX) {
		fprintf(stderr, "usage: resp_proxy CONTROL [raw:]PORT:TARGET...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		struct route *route = &proxy.routes[proxy.route_count];
		const char *ports = argv[i];

		route->is_raw = strncmp(ports, "raw:", 4) == 0;
		if (sscanf(ports + (route->is_raw ? 4 : 0), "%d:%d", &route->port,
			   &route->target) != 2)
			return 2;
		route->rules = &proxy.rules[proxy.route_count++];
		rules_open(route->rules);
		route->listener = proxy_listen(route->port);
	}
	proxy.control = proxy_open_control(argv[1]);
	for (;;)
		proxy_turn(&proxy);
}
