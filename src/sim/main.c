#include "sim/program.h"

int main(int argc, char **argv)
{
	return program(argc, argv);
}
