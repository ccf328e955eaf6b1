/*
 * rush_link.c - see rush_link.h for the states and what is promised.
 *
 * Events are edge-triggered, so that a link is registered once and costs one write and one
 * read a request. A socket must therefore be read until an answer is whole or nothing is left:
 * half an answer and the end of the file may arrive as one edge.
 */
#include "bench/rush_link.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

void link_init(struct link *link)
{
	link->state = LINK_CLOSED;
	link->fd = -1;
	link->out_len = link->out_done = link->in_len = 0;
}

void link_close(struct link *link)
{
	if (link->fd >= 0)
		close(link->fd); /* which also takes it out of epoll */
	link->fd = -1;
	link->state = LINK_CLOSED;
}

static enum link_news fail(struct link *link, enum link_news news)
{
	link_close(link);
	return news;
}

enum link_news link_connect(struct link *link, int epoll_fd, const struct sockaddr *to,
			    socklen_t to_bytes)
{
	assert(link->state == LINK_CLOSED && link->fd < 0);
	link->fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link->fd < 0)
		return LINK_REFUSED;
	int on = 1;
	if (setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		return fail(link, LINK_REFUSED);
	if (connect(link->fd, to, to_bytes) != 0 && errno != EINPROGRESS)
		return fail(link, LINK_REFUSED);
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET };
	event.data.ptr = link;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, link->fd, &event) != 0)
		return fail(link, LINK_REFUSED);
	link->state = LINK_OPENING;
	return LINK_NOTHING;
}

static enum link_news finish_connect(struct link *link)
{
	int error = 0;
	socklen_t bytes = sizeof(error);
	if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &bytes) != 0 || error != 0)
		return fail(link, LINK_REFUSED);
	link->in_len = 0;
	link->state = LINK_READY;
	return LINK_OPENED;
}

static enum link_news push(struct link *link)
{
	while (link->out_done < link->out_len) {
		ssize_t n = send(link->fd, link->out + link->out_done,
				 link->out_len - link->out_done, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return LINK_NOTHING;
		if (n < 0)
			return fail(link, LINK_BROKEN);
		link->out_done += (size_t)n;
	}
	link->state = LINK_WAITING;
	return LINK_NOTHING;
}

enum link_news link_send(struct link *link)
{
	assert(link->state == LINK_READY && link->out_len > 0);
	link->state = LINK_SENDING;
	link->out_done = 0;
	link->in_len = 0;
	return push(link);
}

/* Looks at in[0..in_len) for an answer to the request that is on the wire. */
static enum link_news read_answer(struct link *link, struct answer *answer)
{
	enum answer_verdict verdict = answer_read(link->in, link->in_len, answer);
	if (verdict == ANSWER_PART)
		return link->in_len < LINK_IN_BYTES ? LINK_NOTHING : fail(link, LINK_MALFORMED);
	/* Bytes behind the answer belong to no request of ours. */
	if (verdict == ANSWER_BAD || answer->bytes != link->in_len)
		return fail(link, LINK_MALFORMED);
	/* An answer to half a request is valid, but the stream is not usable after it. */
	if (answer->closes || link->state == LINK_SENDING)
		link_close(link);
	else
		link->state = LINK_READY;
	return LINK_ANSWERED;
}

static enum link_news pull(struct link *link, struct answer *answer)
{
	bool busy = link->state == LINK_SENDING || link->state == LINK_WAITING;
	for (;;) {
		size_t room = LINK_IN_BYTES - link->in_len;
		ssize_t n = recv(link->fd, link->in + link->in_len, room, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return LINK_NOTHING;
		if (n <= 0)
			return fail(link, busy ? LINK_BROKEN : LINK_LEFT);
		if (!busy)
			return fail(link, LINK_LEFT);
		link->in_len += (size_t)n;
		enum link_news news = read_answer(link, answer);
		if (news != LINK_NOTHING)
			return news;
	}
}

static enum link_news take_event(struct link *link, struct answer *answer)
{
	switch (link->state) {
	case LINK_CLOSED:
		return LINK_NOTHING;
	case LINK_OPENING:
		return finish_connect(link);
	case LINK_SENDING:
		if (push(link) == LINK_BROKEN)
			return LINK_BROKEN;
		return pull(link, answer);
	case LINK_READY:
	case LINK_WAITING:
		return pull(link, answer);
	}
	return LINK_NOTHING;
}

enum link_news link_on_event(struct link *link, uint32_t events, struct answer *answer)
{
	enum link_news news = take_event(link, answer);
	/* The peer answered and left: what is sent next would only be lost. */
	if (news == LINK_ANSWERED && (events & (EPOLLRDHUP | EPOLLHUP)))
		link_close(link);
	return news;
}
