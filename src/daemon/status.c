#include "daemon/status.h"

static size_t sessions_up(const struct masc *m)
{
	size_t up = 0;
	for (size_t i = 0; i < masc_peer_count(m); i++) {
		struct masc_peer_info info;
		masc_peer_info(m, i, &info);
		up += info.state == MASC_ESTABLISHED;
	}
	return up;
}

void status_line(struct text *t, const struct engine *e)
{
	const struct masc *m = node_masc(engine_node(e));
	if (!m) {
		text_str(t, "MASC is off: the configuration does not mention it");
		return;
	}
	if (masc_health(m) != OK) {
		text_str(t, "MASC is stopped: its port is taken; see homestead doctor ports");
		return;
	}
	text_str(t, "MASC: ");
	text_u64(t, sessions_up(m));
	text_str(t, " of ");
	text_u64(t, masc_peer_count(m));
	text_str(t, " sessions up");
}
