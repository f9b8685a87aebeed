"""The tree obeys tools/layers.txt and tools/system-headers.txt, and the checks
notice a tree that does not."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import layers
import source
from tap import case, none, only, run, tree

TOP = source.root()
TABLE = "base :\nwire : base\nops : wire\nlib : base ops/types.h\ncli : lib\n"
SYSTEM = "@outer : ops\nstdint.h : *\nstdio.h : @outer wire/main.c\nevent2/* : ops\n"


def bad(files, check):
    with tree({"tools/layers.txt": TABLE, "tools/system-headers.txt": SYSTEM, **files}) as top:
        return list(check(top))


@case
def every_include_obeys_the_layers():
    none(layers.check_layers(TOP))


@case
def the_table_of_layers_has_an_order():
    none(layers.check_table(TOP))


@case
def there_is_no_include_cycle():
    none(layers.check_cycles(TOP))


@case
def public_headers_stand_alone():
    none(layers.check_public(TOP))


@case
def every_system_header_is_allowed_to_its_folder():
    none(layers.check_system(TOP))


@case
def an_include_upwards_is_noticed():
    only(bad({"src/base/a.c": '#include "wire/b.h"\n', "src/wire/b.h": ""}, layers.check_layers),
         "base may not include wire")


@case
def layers_are_transitive():
    only(bad({"src/ops/a.c": '#include "base/b.h"\n', "src/base/b.h": "",
              "src/cli/c.c": '#include "ops/types.h"\n#include "ops/ops.h"\n',
              "src/ops/types.h": "", "src/ops/ops.h": ""}, layers.check_layers),
         "src/cli/c.c:2")


@case
def a_single_header_allows_no_more():
    only(bad({"src/lib/a.c": '#include "ops/types.h"\n', "src/ops/types.h": '#include "wire/w.h"\n',
              "src/wire/w.h": ""}, layers.check_layers),
         "drags in wire/w.h")


@case
def an_include_without_a_folder_is_noticed():
    only(bad({"src/base/a.c": '#include "b.h"\n', "src/base/b.h": ""}, layers.check_layers),
         'not written as "folder/header.h"')


@case
def a_missing_header_is_noticed():
    only(bad({"src/base/a.c": '#include "base/b.h"\n'}, layers.check_layers), "no such file")


@case
def the_public_header_is_for_lib_and_cli():
    only(bad({"src/base/a.c": '#include "homestead.h"\n', "src/cli/b.c": '#include "homestead.h"\n'},
             layers.check_layers), "src/base/a.c:1")


@case
def a_folder_without_a_line_is_noticed():
    only(bad({"src/new/a.c": ""}, layers.check_layers), "src/new: no line")


@case
def an_include_in_a_comment_is_none():
    none(bad({"src/base/a.c": '/*\n#include "wire/b.h"\n*/\n'}, layers.check_layers))


@case
def a_table_that_points_down_is_noticed():
    with tree({"tools/layers.txt": "base : wire\nwire :\n"}) as top:
        only(layers.check_table(top), "base: wire stands below it")


@case
def a_cycle_is_noticed_once():
    only(bad({"src/base/a.h": '#include "base/b.h"\n', "src/base/b.h": '#include "base/c.h"\n',
              "src/base/c.h": '#include "base/a.h"\n'}, layers.check_cycles),
         "base/a.h -> base/b.h -> base/c.h -> base/a.h")


@case
def a_public_header_that_includes_ours_is_noticed():
    only(bad({"include/h.h": '#include "base/a.h"\n#include <stdint.h>\n'}, layers.check_public),
         "include/h.h:1")


@case
def a_system_header_out_of_place_is_noticed():
    only(bad({"src/base/a.c": "#include <stdint.h>\n#include <stdio.h>\n",
              "src/ops/b.c": "#include <stdio.h>\n#include <event2/event.h>\n",
              "src/wire/main.c": "#include <stdio.h>\n",
              "src/wire/other.c": "#include <event2/event.h>\n"}, layers.check_system),
         "src/base/a.c:2: <stdio.h>", "src/wire/other.c:1: <event2/event.h>")


run()
