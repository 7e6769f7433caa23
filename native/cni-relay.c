/*
 * cni-relay: the program a container runtime executes as the CNI plugin "berth-cni".
 *
 * Build:  cc -O2 -std=c11 -Wall -Wextra -Werror -static -o build/cni-relay native/cni-relay.c
 *         (without -static where the machine has no static libc)
 *
 * It hands its CNI_* environment and its standard input to the agent and prints what comes back. It decides
 * nothing; it exists because starting a JavaScript runtime for every pod would cost more than wiring the pod.
 *
 * Request:  u32 big-endian length, then "CNI_COMMAND=ADD\0...\0" "\0" followed by the bytes of stdin.
 * Reply:    u32 big-endian exit status, u32 big-endian length, then the bytes for stdout.
 *
 * Environment: BERTH_CNI_SOCKET, the agent's Unix socket; default /var/run/berth/cni.sock.
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

extern char **environ;

enum {
	SEND_TIMEOUT_SECONDS = 10,
	/* An ADD may wait for an address; runtimes give a sandbox two minutes or more in all. */
	REPLY_TIMEOUT_SECONDS = 100,
	LENGTH_MAX = 16 * 1024 * 1024, /* the agent refuses longer frames */
};

static const char *socket_path = "/var/run/berth/cni.sock";

static void print_json_text(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != 0; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c < 0x20)
			printf("\\u%04x", *c);
		else
			putchar(*c);
	}
}

/* CNI error code 11: "try again later". The runtime's caller does, so a restarting agent loses no request. */
static int unreachable(const char *step, const char *why)
{
	printf("{\"cniVersion\":\"1.1.0\",\"code\":11,\"msg\":\"the berth agent does not answer on ");
	print_json_text(socket_path);
	printf(" (%s: ", step);
	print_json_text(why);
	printf(")\",\"details\":\"Start the agent on this node (berth agent), or look in its log why it stopped. "
	       "Pods that run keep their network; new ones wait for it.\"}\n");
	return 1;
}

/* The socket's own time limits show as EAGAIN, whose usual text would mislead. */
static const char *reason(void)
{
	return errno == EAGAIN ? "no answer in time" : strerror(errno);
}

static int write_all(int fd, const void *data, size_t size)
{
	const char *from = data;
	while (size > 0) {
		ssize_t wrote = write(fd, from, size);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -1;
		from += wrote;
		size -= (size_t)wrote;
	}
	return 0;
}

static int read_all(int fd, void *data, size_t size)
{
	char *to = data;
	while (size > 0) {
		ssize_t got = read(fd, to, size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = ECONNRESET; /* the agent hung up before its reply was complete */
		if (got <= 0)
			return -1;
		to += got;
		size -= (size_t)got;
	}
	return 0;
}

static char *payload;
static size_t payload_size, payload_room;

/* Makes room for `more` bytes at the end of the payload; ends the program when memory or the limit runs out. */
static char *payload_grow(size_t more)
{
	if (payload_size + more > LENGTH_MAX) {
		printf("{\"cniVersion\":\"1.1.0\",\"code\":5,\"msg\":\"request longer than %d bytes\"}\n", LENGTH_MAX);
		exit(1);
	}
	if (payload_size + more > payload_room) {
		payload_room = (payload_size + more) * 2;
		payload = realloc(payload, payload_room);
		if (payload == NULL) {
			printf("{\"cniVersion\":\"1.1.0\",\"code\":11,\"msg\":\"out of memory\"}\n");
			exit(1);
		}
	}
	return payload + payload_size;
}

static void collect_environment(void)
{
	payload_size = sizeof(uint32_t); /* the length goes here when it is known */
	for (char **entry = environ; *entry != NULL; entry++) {
		if (strncmp(*entry, "CNI_", 4) != 0)
			continue;
		size_t size = strlen(*entry) + 1;
		memcpy(payload_grow(size), *entry, size);
		payload_size += size;
	}
	*payload_grow(1) = 0;
	payload_size += 1;
}

static int collect_stdin(void)
{
	for (;;) {
		ssize_t got = read(STDIN_FILENO, payload_grow(8192), 8192);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return (int)got;
		payload_size += (size_t)got;
	}
}

static int connect_agent(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct timeval send_limit = { .tv_sec = SEND_TIMEOUT_SECONDS };
	struct timeval reply_limit = { .tv_sec = REPLY_TIMEOUT_SECONDS };
	if (fd < 0)
		return -1;
	/* The send limit also bounds connect() while the agent's queue of callers is full. */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &send_limit, sizeof send_limit);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &reply_limit, sizeof reply_limit);
	while (connect(fd, (const struct sockaddr *)address, sizeof *address) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return fd;
}

int main(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *given = getenv("BERTH_CNI_SOCKET");
	if (given != NULL && *given != 0)
		socket_path = given;
	if (strlen(socket_path) >= sizeof address.sun_path)
		return unreachable("BERTH_CNI_SOCKET", "path too long for a Unix socket");
	strcpy(address.sun_path, socket_path);
	signal(SIGPIPE, SIG_IGN);

	collect_environment();
	if (collect_stdin() < 0) {
		printf("{\"cniVersion\":\"1.1.0\",\"code\":5,\"msg\":\"cannot read the configuration from stdin\"}\n");
		return 1;
	}
	uint32_t length = htonl((uint32_t)(payload_size - sizeof length));
	memcpy(payload, &length, sizeof length);

	int agent = connect_agent(&address);
	if (agent < 0)
		return unreachable("connect", reason());
	if (write_all(agent, payload, payload_size) < 0)
		return unreachable("send", reason());
	uint32_t head[2];
	if (read_all(agent, head, sizeof head) < 0)
		return unreachable("receive", reason());
	uint32_t reply_size = ntohl(head[1]);
	if (reply_size > LENGTH_MAX)
		return unreachable("receive", "reply too long");
	char *reply = malloc((size_t)reply_size + 1);
	if (reply == NULL)
		return unreachable("receive", "out of memory");
	/* The whole reply first: a runtime must never see half a result. */
	if (read_all(agent, reply, reply_size) < 0)
		return unreachable("receive", reason());
	if (write_all(STDOUT_FILENO, reply, reply_size) < 0)
		return 1;
	return (int)ntohl(head[0]);
}
