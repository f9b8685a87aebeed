"""What namespace tests are made of: worlds of namespaces and links, real
daemons in them, scripted MASC speakers, and TAP on standard output.

tap      runs the cases of a file
world    namespaces, links, relays, folders; takes all of it away again
process  child processes that cannot outlive the run
daemon   a homesteadd with its configuration, commands and event stream
masc     MASC messages and a peer that says whatever a test wants
scenes   who stands where
graphs   nodes of graphs, driven through the API
claims   what is held and told; a kill at a state that was just read
wait     deadlines and conditions
"""
