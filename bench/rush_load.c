/*
 * rush_load.c - see rush_load.h for what is promised.
 *
 * A seat is one link and the request it is busy with. Whoever frees a seat or brings news
 * of its link calls seat_work(), which takes the next step until the link must wait:
 *
 *     no request?  take the next number, or leave when there is none
 *     resting?     wait for the tick
 *     CLOSED?      connect
 *     READY?       send
 *
 * Deadlines are looked at by the tick, ten times a second, over all seats: with a few
 * thousand seats a scan is cheaper to have, and to trust, than a heap.
 */
#define _GNU_SOURCE 1 /* getaddrinfo, sigset_t */
#include "bench/rush_load.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "bench/rush_link.h"

enum { EVENTS_MAX = 256, TICK_MS = 100, REST_MS = 100, SEAT_MAGIC = 0x5ea70001 };

static const uint64_t MS = 1000000; /* nanoseconds */

struct seat {
	struct link link; /* first: an epoll event's pointer is both */
	unsigned magic;
	bool left; /* no more requests for this seat */
	bool busy; /* has a request, number `number` */
	uint64_t number;
	unsigned attempts;      /* of this request, sent so far */
	uint64_t sent_ns;       /* the attempt on the wire */
	uint64_t rest_until_ns; /* not before */
};

struct load {
	const struct load_plan *plan;
	struct tally *tally;
	struct seat *seats;
	unsigned seats_live; /* have not left */
	uint64_t next_number;
	int epoll_fd;
	int signal_fd;
	unsigned signals;
	uint64_t tick_ns;  /* next tick */
	uint64_t heard_ns; /* last answer, or the start */
	struct sockaddr_storage to;
	socklen_t to_bytes;
};

uint64_t load_now_ns(void)
{
	struct timespec ts;
	if (clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		abort();
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

static void write_request(const struct load *load, struct seat *seat)
{
	const struct load_plan *plan = load->plan;
	const char *first = seat->attempts == 0 ? "Idempotency-Attempt: 1\r\n" : "";
	int n = snprintf(seat->link.out, LINK_OUT_BYTES,
			 "GET /buy/%s?user=b%s-%" PRIu64 " HTTP/1.1\r\n"
			 "Host: %s:%s\r\n"
			 "Idempotency-Key: k%s-%" PRIu64 "\r\n"
			 "%s\r\n",
			 plan->item, plan->seed, seat->number, plan->host, plan->port, plan->seed,
			 seat->number, first);
	assert(n > 0 && n < LINK_OUT_BYTES); /* rush.c bounds every word */
	seat->link.out_len = (size_t)n;
}

/* Gives the seat its next request; false when it has to leave. */
static bool seat_take_request(struct load *load, struct seat *seat)
{
	if (load->signals || load->next_number == load->plan->requests) {
		link_close(&seat->link);
		seat->left = true;
		load->seats_live--;
		return false;
	}
	seat->busy = true;
	seat->number = load->next_number++;
	seat->attempts = 0;
	return true;
}

static enum link_news seat_send(struct load *load, struct seat *seat)
{
	write_request(load, seat);
	seat->sent_ns = load_now_ns();
	load->tally->asked += seat->attempts == 0;
	load->tally->attempts++;
	load->tally->open++;
	seat->attempts++;
	return link_send(&seat->link);
}

/* The attempt ended without an answer that settles: again, or give the request up. */
static void seat_try_again(struct load *load, struct seat *seat, uint64_t rest_ms)
{
	if (seat->attempts > load->plan->retries_max || load->signals) {
		seat->busy = false;
		return;
	}
	load->tally->retried++;
	seat->rest_until_ns = load_now_ns() + rest_ms * MS;
}

static void seat_settle(struct load *load, struct seat *seat, const struct answer *answer)
{
	seat->busy = false;
	load->tally->settled++;
	if (!tally_is_sold(answer))
		return;
	load->tally->sold++;
	if (!load->plan->orders)
		return;
	fprintf(load->plan->orders, "k%s-%" PRIu64 " %.*s %.*s\n", load->plan->seed, seat->number,
		(int)answer->reason.len, answer->reason.at, (int)answer->order.len,
		answer->order.at ? answer->order.at : "");
}

static void seat_on_answer(struct load *load, struct seat *seat, const struct answer *answer)
{
	uint64_t now = load_now_ns();
	load->heard_ns = now;
	tally_count_answer(load->tally, answer, now - seat->sent_ns);
	if (answer->status == 503 && seat->attempts <= load->plan->retries_max)
		seat_try_again(load, seat, answer->retry_after_s * UINT64_C(1000) + REST_MS);
	else
		seat_settle(load, seat, answer);
}

static void seat_on_news(struct load *load, struct seat *seat, enum link_news news,
			 const struct answer *answer)
{
	bool had_attempt = news == LINK_ANSWERED || news == LINK_BROKEN || news == LINK_MALFORMED;
	if (had_attempt)
		load->tally->open--;
	switch (news) {
	case LINK_NOTHING:
	case LINK_LEFT:
		break;
	case LINK_OPENED:
		load->tally->connects++;
		break;
	case LINK_REFUSED:
		load->tally->connect_failures++;
		seat->rest_until_ns = load_now_ns() + REST_MS * MS;
		break;
	case LINK_ANSWERED:
		seat_on_answer(load, seat, answer);
		break;
	case LINK_BROKEN:
		load->tally->broken++;
		seat_try_again(load, seat, REST_MS);
		break;
	case LINK_MALFORMED:
		load->tally->malformed++;
		seat_try_again(load, seat, REST_MS);
		break;
	}
}

/* One step forward; LINK_NOTHING when the seat has to wait or has left. */
static enum link_news seat_step(struct load *load, struct seat *seat)
{
	bool on_its_way = seat->link.state != LINK_CLOSED && seat->link.state != LINK_READY;
	if (seat->left || on_its_way)
		return LINK_NOTHING;
	if (load->signals && seat->busy) /* nothing of it is on the wire */
		seat->busy = false;
	if (!seat->busy && !seat_take_request(load, seat))
		return LINK_NOTHING;
	if (seat->rest_until_ns && seat->rest_until_ns > load_now_ns())
		return LINK_NOTHING;
	seat->rest_until_ns = 0;
	if (seat->link.state == LINK_READY)
		return seat_send(load, seat);
	return link_connect(&seat->link, load->epoll_fd, (const struct sockaddr *)&load->to,
			    load->to_bytes);
}

static void seat_work(struct load *load, struct seat *seat)
{
	enum link_news news;
	while ((news = seat_step(load, seat)) != LINK_NOTHING)
		seat_on_news(load, seat, news, NULL);
}

static void seat_on_event(struct load *load, struct seat *seat, uint32_t events)
{
	struct answer answer;
	assert(seat->magic == SEAT_MAGIC);
	enum link_news news = link_on_event(&seat->link, events, &answer);
	seat_on_news(load, seat, news, &answer);
	seat_work(load, seat);
}

static void seat_on_tick(struct load *load, struct seat *seat, uint64_t now)
{
	bool waits = seat->link.state == LINK_WAITING || seat->link.state == LINK_SENDING;
	if (waits && now > seat->sent_ns + load->plan->timeout_ms * MS) {
		link_close(&seat->link);
		load->tally->open--;
		load->tally->timed_out++;
		seat_try_again(load, seat, REST_MS);
	}
	if (load->signals && seat->link.state == LINK_OPENING)
		link_close(&seat->link);
	seat_work(load, seat);
}

static void load_on_signal(struct load *load)
{
	struct signalfd_siginfo info;
	while (read(load->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		load->signals++;
	load->tally->interrupted = true;
	load->tick_ns = 0; /* let every seat hear of it now */
}

static void load_tick(struct load *load, load_on_tick *on_tick, void *owner)
{
	uint64_t now = load_now_ns();
	if (now < load->tick_ns)
		return;
	load->tick_ns = now + TICK_MS * MS;
	for (unsigned i = 0; i < load->plan->connections; i++)
		seat_on_tick(load, &load->seats[i], now);
	load->tally->gave_up = now > load->heard_ns + load->plan->patience_ms * MS;
	on_tick(load->tally, now, owner);
}

void load_run(struct load *load, load_on_tick *on_tick, void *owner)
{
	struct tally *t = load->tally;
	struct epoll_event events[EVENTS_MAX];
	t->started_ns = load->heard_ns = load_now_ns();
	for (unsigned i = 0; i < load->plan->connections; i++)
		seat_work(load, &load->seats[i]);
	while (load->seats_live && load->signals < 2 && !t->gave_up) {
		int n = epoll_wait(load->epoll_fd, events, EVENTS_MAX, TICK_MS);
		assert(n >= 0 || errno == EINTR);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				seat_on_event(load, events[i].data.ptr, events[i].events);
			else
				load_on_signal(load);
		}
		load_tick(load, on_tick, owner);
	}
	t->ended_ns = load_now_ns();
	t->abandoned += t->open;
	t->open = 0;
	on_tick(t, t->ended_ns, owner);
}

static bool resolve(struct load *load)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	int error = getaddrinfo(load->plan->host, load->plan->port, &hints, &found);
	if (error) {
		fprintf(stderr, "rush: cannot resolve %s:%s: %s\n", load->plan->host,
			load->plan->port, gai_strerror(error));
		return false;
	}
	memcpy(&load->to, found->ai_addr, found->ai_addrlen);
	load->to_bytes = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

/* As many descriptors as connections, and some for ourselves. */
static bool raise_descriptors(unsigned connections)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)connections + 32;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	if (limit.rlim_cur >= wanted)
		return true;
	limit.rlim_cur = wanted;
	if (limit.rlim_max < wanted)
		limit.rlim_max = wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return true;
	fprintf(stderr, "rush: %u connections need %lu descriptors (ulimit -n)\n", connections,
		(unsigned long)wanted);
	return false;
}

static bool watch_signals(struct load *load)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return false;
	load->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN }; /* the pointer NULL means signals */
	return load->signal_fd >= 0 &&
	       epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, load->signal_fd, &event) == 0;
}

struct load *load_open(const struct load_plan *plan, struct tally *t)
{
	struct load *load = calloc(1, sizeof(*load));
	if (!load)
		abort();
	load->plan = plan;
	load->tally = t;
	load->signal_fd = -1;
	load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	load->seats = calloc(plan->connections, sizeof(*load->seats));
	if (!load->seats)
		abort();
	load->seats_live = plan->connections;
	for (unsigned i = 0; i < plan->connections; i++) {
		load->seats[i].magic = SEAT_MAGIC;
		link_init(&load->seats[i].link);
	}
	if (load->epoll_fd >= 0 && raise_descriptors(plan->connections) && resolve(load) &&
	    watch_signals(load))
		return load;
	load_close(load);
	return NULL;
}

void load_close(struct load *load)
{
	if (!load)
		return;
	for (unsigned i = 0; i < load->plan->connections; i++)
		link_close(&load->seats[i].link);
	if (load->signal_fd >= 0)
		close(load->signal_fd);
	if (load->epoll_fd >= 0)
		close(load->epoll_fd);
	free(load->seats);
	free(load);
}
