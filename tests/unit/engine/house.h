/* house.h - engines on one loop in one process, what they told, and a folder
 * for their state. */
#ifndef UNIT_ENGINE_HOUSE_H
#define UNIT_ENGINE_HOUSE_H

#include "../failing_env.h"

#include <stdio.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/engine_int.h"
#include "os/clock.h"

#define EVENTS_KEPT 256

struct teller {
	struct engine *engine;
	struct node_event events[EVENTS_KEPT];
	size_t n_events;
	char messages[2000];
	enum node_level worst; /* of the messages */
	/* What a command was answered. */
	unsigned answers;
	enum err answer;
	size_t events_at_answer;
	/* A peer to reset from inside the next event. */
	const char *reset_in_event;
};

struct house {
	struct os_loop *loop;
	struct teller a, b;
	char dir[64];
	uint16_t port;
	char why_[600];
	struct text why;
};

/* Runs turns until the condition holds; a test fails after 20 s. */
#define RUN_UNTIL(h, condition)                                                                    \
	for (struct mono end_ = mono_add(os_mono(), 20 * MONO_SEC); !(condition);) {               \
		if (mono_reached(end_, os_mono()))                                                 \
			house_fail((h), #condition);                                               \
		assert_int_equal(os_loop_run((h)->loop, 100), OK);                                 \
	}

void house_fail(const struct house *h, const char *condition);

/* cmocka set-up and tear-down: *state is a struct house *. */
int house_new(void **state);
int house_free(void **state);

/* "DIR/name", one of a few buffers. */
const char *house_path(const struct house *h, const char *name);

/* Domains 1 and 2 on 127.0.7.1 and .2, a child of b; `extra` goes into masc,
 * `peer` into the peer. */
void config_a(struct house *h, struct node_config *c, const char *extra, const char *peer);
void config_b(struct house *h, struct node_config *c, const char *extra, const char *peer);

/* Whether the machine has IPv6, for the engine (the linker wraps its question). */
extern bool house_has_ipv6;

/* state NULL: in memory; else a folder below the house's. */
void start_with(struct house *h, struct teller *t, const struct node_config *c,
		const struct engine_options *more, const struct engine_parts *parts);
void start_a(struct house *h, const char *state);
void start_b(struct house *h, const char *state);
/* Without a goodbye. */
void kill_engine(struct teller *t);

enum masc_state state_of(const struct teller *t);
bool has_event(const struct teller *t, const char *name);
void command(struct teller *t, enum masc_command_kind kind, const char *peer);

#endif
