#include "daemon/daemon.h"
#include "daemon/start.h"

int main(int argc, char *argv[])
{
	struct options o;
	int code = start(argc, argv, &o, stdout, stderr);
	return code >= 0 ? code : daemon_run(&o);
}
