"""Every numbered requirement of the documents is cited, and nothing else is."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import cited
import source
from tap import case, none, note, only, run, tree

TOP = source.root()


def bad(check, more=()):
    files = {"doc/a.md": "**AB-" "1.1** One.\n\n* **AB-" "1.2** Two, see AB-" "1.1.\n",
             "doc/b.md": "**CD-" "7** Three.\n",
             "src/a.c": "/* AB-" "1.1: so. */\n",
             "tests/unit/a_test.c": "/* CD-" "7, AB-" "1.2. */\n"}
    files.update(more)
    with tree(files) as top:
        return list(check(top))


@case
def every_requirement_is_cited():
    numbers = [number for number, _ in cited.defined(TOP)]
    note("%d requirements" % len(numbers))
    assert len(numbers) > 100, numbers
    none(cited.check_cited(TOP))


@case
def every_citation_is_of_a_requirement():
    none(cited.check_known(TOP))


@case
def every_requirement_has_one_place():
    none(cited.check_defined_once(TOP))


@case
def a_good_tree_is_good():
    for check in (cited.check_cited, cited.check_known, cited.check_defined_once):
        none(bad(check))


@case
def a_requirement_that_nobody_cites_is_noticed():
    only(bad(cited.check_cited, {"src/a.c": "/* AB-" "1, AB-" "1.11, XAB-" "1.1 */\n"}),
         "doc/a.md:1: AB-" "1.1 is cited nowhere")
    only(bad(cited.check_cited,
             {"doc/b.md": "**CD-" "7** Three.\n**CD-" "8** Four, to CD-" "9.\n"}),
         "doc/b.md:2: CD-" "8 is cited nowhere")


@case
def a_citation_of_nothing_is_noticed():
    only(bad(cited.check_known, {"src/b.h": "\n/* AB-" "1, AB-" "1.3 */\n",
                           "tests/s.scn": "# CD-" "8, UTF-" "8\n",
                           "tests/m.patch": "# AB-" "2\n"}),
         "src/b.h:2: AB-" "1.3 is defined nowhere", "tests/s.scn:1: CD-" "8",
         "tests/m.patch:1: AB-" "2")


@case
def a_number_defined_twice_is_noticed():
    only(bad(cited.check_defined_once, {"doc/c.md": "**CD-" "7** Again.\n"}),
         "doc/c.md:1: CD-" "7 is defined at doc/b.md:1 too")


run()
