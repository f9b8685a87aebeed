/* types_group.h - the part of the API's vocabulary that is about identities, groups and their
 * members: the lists from which ops/types.h makes structs, field tables and operations.
 * Holds lists alone; what their columns mean is said there.
 *
 * In a path {identity} and {group} are a peer name, a label or friendly name that only one
 * has, or the beginning of a peer name, six characters or more, that no other has; {member}
 * likewise, among the members of the group. Wherever {graph} stands, a group may.
 *
 * Passphrases stand in no JSON: what needs one gives a token for stream.sock. The program
 * then writes its passphrase after a u16 with its length, big-endian, then the document if
 * there is one to write, and shuts its side down; the stream answers with one line, the
 * struct that the operation names or an error, and ends. */
#ifndef OPS_TYPES_GROUP_H
#define OPS_TYPES_GROUP_H

#define OPS_DOCUMENT_MAX   131072		       /* of a card, an invitation, an export */
#define OPS_NO_END	   INT64_C(253402300799000000) /* 9999-12-31T23:59:59Z, us: it never ends */
#define OPS_PASSPHRASE_MAX 1024			       /* octets of a passphrase */
#define OPS_MEMBERS_MOST   250			       /* of one answer */
#define OPS_ADDRESSES_MOST 16			       /* of one attempt to connect */

#define OPS_GROUP_STRUCTS(X)                                                                       \
	X(ops_keys, OPS_KEYS, "How the keys of identities and groups lie on the disk.")            \
	X(ops_group_state, OPS_GROUP_STATE, "A group, in short.")                                  \
	X(ops_grouping, OPS_GROUPING, "Groups and identities, in short.")                          \
	X(ops_identity, OPS_IDENTITY_FIELDS, "An identity: somebody as others know them.")         \
	X(ops_identities, OPS_IDENTITIES_FIELDS, "The identities of this machine.")                \
	X(ops_group_counts, OPS_GROUP_COUNTS, "What a group counts, since it is open.")            \
	X(ops_group, OPS_GROUP_FIELDS, "A group, and our membership in it.")                       \
	X(ops_groups, OPS_GROUPS_FIELDS, "All groups of this machine.")                            \
	X(ops_credential, OPS_CREDENTIAL, "A certificate of a chain of membership.")               \
	X(ops_member, OPS_MEMBER_FIELDS, "A member of a group.")                                   \
	X(ops_members, OPS_MEMBERS_FIELDS, "Members of a group, those offline too.")               \
	X(ops_made, OPS_MADE, "What a change did, or would do, and what it was about.")            \
	X(ops_invitation, OPS_INVITATION, "Leave for somebody to be a member.")                    \
	X(ops_invite, OPS_INVITE_FIELDS, "An invitation by code, and what came of it.")            \
	X(ops_invites, OPS_INVITES_FIELDS, "The invitations by code of a group.")                  \
	X(ops_invite_made, OPS_INVITE_MADE, "A code that lets somebody in.")                       \
	X(ops_invite_make, OPS_INVITE_MAKE_FIELDS, "The body of a request for a code.")            \
	X(ops_document, OPS_DOCUMENT, "A document that is carried to another machine.")            \
	X(ops_paper, OPS_PAPER_FIELDS, "What a document says, and whether it holds.")              \
	X(ops_address, OPS_ADDRESS, "An address and port.")                                        \
	X(ops_identity_make, OPS_IDENTITY_MAKE_FIELDS,                                             \
	  "The body of a request to make an identity.")                                            \
	X(ops_identity_set, OPS_IDENTITY_SET_FIELDS, "The body of a change of an identity.")       \
	X(ops_group_make, OPS_GROUP_MAKE_FIELDS, "The body of a request to create a group.")       \
	X(ops_group_join, OPS_GROUP_JOIN_FIELDS, "The body of a request to join a group.")         \
	X(ops_group_set, OPS_GROUP_SET_FIELDS, "The body of a change of a group.")                 \
	X(ops_group_connect, OPS_GROUP_CONNECT_FIELDS,                                             \
	  "The body of a request to connect to a group.")                                          \
	X(ops_member_filter, OPS_MEMBER_FILTER, "Which members are wanted.")                       \
	X(ops_member_remove, OPS_MEMBER_REMOVE_FIELDS,                                             \
	  "The body of a request to remove a member.")                                             \
	X(ops_member_return, OPS_MEMBER_RETURN_FIELDS,                                             \
	  "The body of a request to let a removed member back in.")                                \
	X(ops_member_grant, OPS_MEMBER_GRANT_FIELDS,                                               \
	  "The body of a request to invite somebody, or to renew or change a membership.")         \
	X(ops_paper_read, OPS_PAPER_READ_FIELDS, "The body of a question about a document.")

#define OPS_KEYS(X, S)                                                                             \
	X(S, TEXT, source, 15,                                                                     \
	  "where the key comes from that seals them: credential, passphrase, file, memory (it is " \
	  "kept nowhere, as nothing is), none")                                                    \
	X(S, STRING, path, 0, "its file; empty: it is in none")                                    \
	X(S, BOOL, usable, 0, "whether the keys can be used")                                      \
	X(S, STRING, why, 0, "why not, and what to do; empty: they can")                           \
	X(S, STRING, weak, 0, "what this does not protect against; empty: nothing of note")

#define OPS_GROUP_STATE(X, S)                                                                      \
	X(S, STRING, id, 0, "its peer name, which is its Graph ID")                                \
	X(S, STRING, name, 0, "its friendly name")                                                 \
	X(S, TEXT, state, 15,                                                                      \
	  "closed, locked (its keys are not at hand), loading, waiting (never synchronised), "     \
	  "alone, connected or leaving")                                                           \
	X(S, STRING, why, 0, "what that means, and what to do")                                    \
	X(S, TEXT, role, 31, "administrator, inviting member, member; empty: none that holds")     \
	X(S, NUMBER, members, 0, "members that are known")                                         \
	X(S, NUMBER, online, 0, "of them online, we too")                                          \
	X(S, NUMBER, administrators, 0, "administrators whose membership holds")                   \
	X(S, NUMBER, administrators_online, 0, "of them online, we too")                           \
	X(S, TIME, until, 0, "when our membership ends; null: not known")

#define OPS_GROUPING(X, S)                                                                         \
	X(S, OBJECT, keys, ops_keys, "how keys lie on the disk")                                   \
	X(S, NUMBER, identities, 0, "identities of this machine")                                  \
	X(S, BOOL, classic, 0, "whether groups of the old cryptography may be made and joined")    \
	X(S, LIST, groups, ops_group_state, "the groups")

#define OPS_IDENTITY_FIELDS(X, S)                                                                  \
	X(S, STRING, name, 0, "its peer name")                                                     \
	X(S, STRING, label, 0, "how its owner calls it")                                           \
	X(S, BOOL, is_default, 0, "whether it is taken where none is named")                       \
	X(S, BOOL, usable, 0, "whether its key can be used")                                       \
	X(S, STRING, why, 0, "why not, and what to do; empty: it can")                             \
	X(S, TEXT, profile, 15, "modern or classic: the kind of its key")                          \
	X(S, NUMBER, groups, 0, "groups that it is in")                                            \
	X(S, TIME, made, 0, "when it was made")                                                    \
	X(S, STRING, card, 0, "its card, XML, to give to whoever invites; of one identity alone")

#define OPS_IDENTITIES_FIELDS(X, S)                                                                \
	X(S, OBJECT, part, ops_part, "the state of the part group")                                \
	X(S, OBJECT, keys, ops_keys, "how keys lie on the disk")                                   \
	X(S, LIST, identities, ops_identity, "the identities, without their cards")

#define OPS_GROUP_COUNTS(X, S)                                                                     \
	X(S, NUMBER, sessions, 0, "connections whose other end proved its membership")             \
	X(S, NUMBER, refused_sessions, 0, "connections that were refused, or that refused us")     \
	X(S, NUMBER, signed_records, 0, "records of ours that were signed")                        \
	X(S, NUMBER, batches, 0, "signatures that served several of them")                         \
	X(S, NUMBER, checked, 0, "signatures that were checked")                                   \
	X(S, NUMBER, checked_by_root, 0, "records that a checked signature of a batch served")     \
	X(S, NUMBER, refused, 0, "records that may not stand")                                     \
	X(S, NUMBER, waited, 0, "records that waited for a membership to be known")

#define OPS_GROUP_FIELDS(X, S)                                                                     \
	X(S, STRING, id, 0, "its peer name, which is its Graph ID")                                \
	X(S, STRING, name, 0, "its friendly name")                                                 \
	X(S, STRING, comment, 0, "its comment")                                                    \
	X(S, TEXT, state, 15,                                                                      \
	  "closed, locked (its keys are not at hand), loading, waiting (never synchronised), "     \
	  "alone, connected or leaving")                                                           \
	X(S, STRING, why, 0, "what that means, and what to do")                                    \
	X(S, BOOL, open, 0, "whether this machine takes part in it, over restarts too")            \
	X(S, BOOL, listening, 0, "whether connections are taken")                                  \
	X(S, TEXT, profile, 15, "modern or classic: its cryptography")                             \
	X(S, TEXT, version, 15, "its Group Security version; empty: not known yet")                \
	X(S, STRING, identity, 0, "peer name of our identity in it")                               \
	X(S, STRING, identity_label, 0, "and how its owner calls it")                              \
	X(S, STRING, creator, 0, "peer name of its creator; empty: not known yet")                 \
	X(S, BOOL, is_creator, 0, "whether that is us")                                            \
	X(S, BOOL, owner, 0, "whether the group's own key is here")                                \
	X(S, BOOL, owner_kept, 0, "and whether it was ever exported")                              \
	X(S, TEXT, role, 31, "administrator, inviting member, member; empty: none that holds")     \
	X(S, TIME, since, 0, "since when we are a member")                                         \
	X(S, TIME, until, 0, "when our membership ends")                                           \
	X(S, BOOL, published, 0, "whether the others are told of our membership")                  \
	X(S, TEXT, password, 15,                                                                   \
	  "whether people may join by a password: set, ended (by a removal, until an "             \
	  "administrator sets another) or none")                                                   \
	X(S, TIME, password_since, 0, "when it was set; null: not known, or there is none")        \
	X(S, STRING, password_by, 0, "who set it: peer name; empty likewise")                      \
	X(S, STRING, password_by_label, 0, "and the friendly name of that")                        \
	X(S, STRING, cloud, 0, "cloud that it is found in; empty: not known yet")                  \
	X(S, STRING, classifier, 0, "its classifier")                                              \
	X(S, BOOL, data_optional, 0, "whether members need not tell that they are ones")           \
	X(S, BOOL, no_presence, 0, "whether nobody tells that they are here")                      \
	X(S, BOOL, defer, 0, "whether records stay past their time while there is no neighbor")    \
	X(S, SECONDS, membership_life, 0, "for how long what a member tells of itself lives")      \
	X(S, SECONDS, presence_life, 0, "for how long the word that one is here counts")           \
	X(S, NUMBER, members, 0, "members that are known")                                         \
	X(S, NUMBER, online, 0, "of them online, we too")                                          \
	X(S, NUMBER, neighbors, 0, "neighbors it is connected to")                                 \
	X(S, NUMBER, records, 0, "records in its database")                                        \
	X(S, NUMBER, waiting, 0, "records that wait for their signer's membership to be known")    \
	X(S, STRING, participant, 0,                                                               \
	  "the name that its members are found by, where this machine publishes it")               \
	X(S, STRING, participant_clouds, 0, "clouds that it is registered in")                     \
	X(S, STRING, participant_why, 0, "why it is published nowhere; empty: it is")              \
	X(S, NUMBER, lookups, 0, "names published here that lead newcomers to it")                 \
	X(S, BOOL, searching, 0, "whether other members are being looked for by name")             \
	X(S, NUMBER, found, 0, "publishers that the last search met")                              \
	X(S, NUMBER, tried, 0, "addresses that it tried")                                          \
	X(S, STRING, search_why, 0, "why it connected nobody; empty: it did, or there was none")   \
	X(S, SECONDS, skew, 0, "the worst clock that was met: so far from ours")                   \
	X(S, BOOL, skew_behind, 0, "whether ours is behind it; else ahead")                        \
	X(S, NUMBER, epoch, 0, "number of the epoch that is written under; 0: there is none")      \
	X(S, BOOL, epoch_key, 0, "whether its key is here: we can write, and read what is new")    \
	X(S, TIME, epoch_since, 0, "when it began")                                                \
	X(S, STRING, epoch_maker, 0, "peer name of who began it")                                  \
	X(S, STRING, epoch_maker_label, 0, "and how it is called; empty: nobody here knows")       \
	X(S, NUMBER, epoch_lacking, 0, "members that were not given its key yet")                  \
	X(S, OBJECT, counts, ops_group_counts, "what is counted")

#define OPS_GROUPS_FIELDS(X, S)                                                                    \
	X(S, OBJECT, part, ops_part, "the state of the part group")                                \
	X(S, OBJECT, keys, ops_keys, "how keys lie on the disk")                                   \
	X(S, LIST, groups, ops_group, "the groups")

#define OPS_CREDENTIAL(X, S)                                                                       \
	X(S, STRING, name, 0, "peer name of whom it is for; the first is the group")               \
	X(S, STRING, label, 0, "friendly name of whom it is for")                                  \
	X(S, TEXT, role, 31, "administrator, inviting member, member; empty: the group itself")    \
	X(S, TIME, since, 0, "from when it holds")                                                 \
	X(S, TIME, until, 0, "until when")                                                         \
	X(S, TEXT, serial, 40, "its serial number, hexadecimal")

#define OPS_MEMBER_FIELDS(X, S)                                                                    \
	X(S, STRING, name, 0, "its peer name")                                                     \
	X(S, STRING, label, 0, "its friendly name, as its issuer wrote it")                        \
	X(S, BOOL, self, 0, "whether it is us")                                                    \
	X(S, BOOL, online, 0, "whether it is here now")                                            \
	X(S, TEXT, role, 31, "administrator, inviting member, member; empty: none that holds")     \
	X(S, STRING, issuer, 0, "peer name of who let it in")                                      \
	X(S, STRING, issuer_label, 0, "and the friendly name of that")                             \
	X(S, TIME, since, 0, "since when it is a member")                                          \
	X(S, TIME, until, 0, "when that ends")                                                     \
	X(S, BOOL, published, 0, "whether it told all others of its membership")                   \
	X(S, BOOL, removed, 0, "whether it was removed: it is no member any more")                 \
	X(S, STRING, removed_by, 0, "by whom: peer name; empty: with the group's key")             \
	X(S, STRING, removed_by_label, 0, "and the friendly name of that")                         \
	X(S, STRING, reason, 0, "and why, as that said")                                           \
	X(S, LIST, addresses, ops_endpoint, "where it listens, while it is here")                  \
	X(S, LIST, chain, ops_credential,                                                          \
	  "its membership from the group down to it; of one member alone")

#define OPS_MEMBERS_FIELDS(X, S)                                                                   \
	X(S, STRING, group, 0, "the group's peer name")                                            \
	X(S, STRING, name, 0, "and its friendly name")                                             \
	X(S, LIST, members, ops_member, "we first, then by peer name; without their chains")       \
	X(S, STRING, next, 0, "what to ask for as `after`; empty: that was all")

#define OPS_MADE(X, S)                                                                             \
	X(S, BOOL, done, 0, "false when it was only asked what would be done")                     \
	X(S, STRING, text, 0, "what was or would be done, in one sentence")                        \
	X(S, STRING, name, 0, "peer name of the identity or group; empty: not known yet")          \
	X(S, STRING, label, 0, "its label or friendly name; empty: not known")                     \
	X(S, STRING, identity, 0,                                                                  \
	  "peer name of an identity that was made for it; empty: none was")                        \
	X(S, BOOL, already, 0, "whether it was so before")                                         \
	X(S, STRING, next, 0, "what to do next; empty: nothing of note")

#define OPS_INVITATION(X, S)                                                                       \
	X(S, BOOL, done, 0, "false when it was only asked what would be done")                     \
	X(S, STRING, text, 0, "what was or would be done, in one sentence")                        \
	X(S, STRING, group, 0, "the group's peer name")                                            \
	X(S, STRING, member, 0, "peer name of whom it is for")                                     \
	X(S, STRING, label, 0, "its friendly name")                                                \
	X(S, TEXT, role, 31, "its role")                                                           \
	X(S, TIME, until, 0, "when its membership will end")                                       \
	X(S, BOOL, published, 0, "whether the group is told, too: it learns it by itself")         \
	X(S, STRING, invitation, 0, "the invitation, XML; it is of use to nobody else")

#define OPS_INVITE_FIELDS(X, S)                                                                    \
	X(S, STRING, id, 0, "its identifier, hexadecimal")                                         \
	X(S, STRING, lookup, 0, "the first two words of its code, which are no secret")            \
	X(S, STRING, label, 0, "for whom it is; empty: that was not said")                         \
	X(S, TEXT, role, 31, "the role that it gives")                                             \
	X(S, TEXT, state, 31,                                                                      \
	  "open, revoked, expired, used up, ended by wrong guesses, ended by a removal")           \
	X(S, TIME, made, 0, "when it was made")                                                    \
	X(S, TIME, until, 0, "when it ends")                                                       \
	X(S, NUMBER, uses, 0, "how many it lets in")                                               \
	X(S, NUMBER, used, 0, "how many it has let in, as far as is known here")                   \
	X(S, BOOL, over, 0, "whether these are more: members could not reach each other")          \
	X(S, NUMBER, wrong, 0, "wrong guesses; five end it")                                       \
	X(S, STRING, maker, 0, "peer name of who made it")                                         \
	X(S, STRING, maker_label, 0, "and its friendly name")

#define OPS_INVITES_FIELDS(X, S)                                                                   \
	X(S, STRING, group, 0, "the group's peer name")                                            \
	X(S, STRING, name, 0, "and its friendly name")                                             \
	X(S, LIST, invites, ops_invite,                                                            \
	  "all that are known, used up and revoked ones too, until a day after their time")

#define OPS_INVITE_MADE(X, S)                                                                      \
	X(S, BOOL, done, 0, "false when it was only asked what would be done")                     \
	X(S, STRING, text, 0, "what was or would be done, in one sentence")                        \
	X(S, STRING, group, 0, "the group's peer name")                                            \
	X(S, STRING, name, 0, "and its friendly name")                                             \
	X(S, STRING, id, 0, "its identifier, hexadecimal")                                         \
	X(S, STRING, code, 0, "the code, five words: whoever has it is let in")                    \
	X(S, STRING, link, 0, "the same as a link")                                                \
	X(S, TEXT, role, 31, "the role that it gives")                                             \
	X(S, TIME, until, 0, "when it ends")                                                       \
	X(S, NUMBER, uses, 0, "how many it lets in")

#define OPS_DOCUMENT(X, S)                                                                         \
	X(S, BOOL, done, 0, "false when it was only asked what would be done")                     \
	X(S, STRING, text, 0, "what it is, or would be, in one sentence")                          \
	X(S, STRING, document, 0, "the document, XML")

#define OPS_PAPER_FIELDS(X, S)                                                                     \
	X(S, TEXT, kind, 15, "card, invitation, identity, membership, owner, code or link")        \
	X(S, STRING, text, 0, "what it is, in one sentence")                                       \
	X(S, BOOL, valid, 0, "whether it holds by what can be told without its group")             \
	X(S, STRING, why, 0, "why not; empty: it does")                                            \
	X(S, STRING, hint, 0, "what to do next")                                                   \
	X(S, TEXT, profile, 15, "modern or classic; empty: it does not say")                       \
	X(S, TEXT, version, 15, "its version")                                                     \
	X(S, STRING, group, 0, "peer name of the group; empty: it is of none")                     \
	X(S, STRING, group_name, 0, "friendly name of the group")                                  \
	X(S, STRING, cloud, 0, "cloud that the group is found in")                                 \
	X(S, TEXT, scope, 15, "global, site or link")                                              \
	X(S, STRING, name, 0, "peer name of whom it is for, or of")                                \
	X(S, STRING, label, 0, "its friendly name")                                                \
	X(S, BOOL, ours, 0, "whether that is an identity of this machine")                         \
	X(S, BOOL, joined, 0, "whether this machine is in the group already")                      \
	X(S, STRING, issuer, 0, "peer name of who wrote it")                                       \
	X(S, STRING, issuer_label, 0, "its friendly name")                                         \
	X(S, TEXT, role, 31, "the role that it gives")                                             \
	X(S, TIME, since, 0, "from when it holds")                                                 \
	X(S, TIME, until, 0, "until when")                                                         \
	X(S, STRING, addresses, 0, "of a link: where members are, with \", \" between")            \
	X(S, BOOL, asks, 0, "of a link: whether whoever joins is asked for the password")          \
	X(S, STRING, code, 0,                                                                      \
	  "of a code, and of a link whose group knows its first words: the five words")            \
	X(S, STRING, link, 0,                                                                      \
	  "of a link, and of a code whose first words a group of this machine knows: the link; "   \
	  "whether its other words are right is not looked at")                                    \
	X(S, LIST, chain, ops_credential, "its certificates, from the group down")

#define OPS_ADDRESS(X, S)                                                                          \
	X(S, TEXT, address, ADDR_TEXT_MAX, "address and port; port 3587 without one")

#define OPS_IDENTITY_MAKE_FIELDS(X, S)                                                             \
	X(S, STRING, label, 0, "how it is called, 255 characters at most")                         \
	X(S, STRING, classifier, 0,                                                                \
	  "what follows its key's digits in its peer name, 149 characters at most; empty: "        \
	  "nothing")                                                                               \
	X(S, TEXT, profile, 15, "modern or classic; empty: modern")                                \
	X(S, BOOL, is_default, 0, "take it where none is named; the first one is, anyway")         \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_IDENTITY_SET_FIELDS(X, S)                                                              \
	X(S, STRING, label, 0, "how it is called; empty: as it was")                               \
	X(S, BOOL, is_default, 0, "take it where none is named, from now on")                      \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_GROUP_MAKE_FIELDS(X, S)                                                                \
	X(S, STRING, name, 0, "its friendly name, 126 characters at most")                         \
	X(S, STRING, identity, 0, "our identity in it; empty: the default")                        \
	X(S, STRING, first, 0,                                                                     \
	  "where there is no identity yet: how one is called that is made for this, 149 "          \
	  "characters at most; empty: none is made")                                               \
	X(S, STRING, classifier, 0,                                                                \
	  "what follows its key's digits in its peer name, 149 characters at most; empty: "        \
	  "nothing")                                                                               \
	X(S, STRING, comment, 0, "a comment, 255 characters at most")                              \
	X(S, TEXT, profile, 15, "modern or classic; empty: modern")                                \
	X(S, STRING, cloud, 0, "cloud that it is found in; empty: Global_")                        \
	X(S, BOOL, data_optional, 0, "members need not tell that they are ones")                   \
	X(S, BOOL, no_presence, 0, "nobody tells that they are here")                              \
	X(S, BOOL, defer, 0, "records stay past their time while there is no neighbor")            \
	X(S, SECONDS, membership_life, 0,                                                          \
	  "for how long what a member tells of itself lives, 8 hours to 10 years; null: 28 days")  \
	X(S, SECONDS, presence_life, 0,                                                            \
	  "for how long the word that one is here counts, 5 minutes or more; null: 5")             \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_GROUP_JOIN_FIELDS(X, S)                                                                \
	X(S, STRING, invitation, 0, "the invitation, XML; or code")                                \
	X(S, STRING, code, 0,                                                                      \
	  "instead: a short code, a link, or the whole name of a group with a password")           \
	X(S, STRING, password, 0,                                                                  \
	  "refused: a password is in no request, but goes over stream.sock")                       \
	X(S, STRING, group, 0, "which group, where a code leads to several: its name")             \
	X(S, LIST, addresses, ops_address,                                                         \
	  "with a code: where members may be; none: where it leads to")                            \
	X(S, SECONDS, deadline, 0,                                                                 \
	  "with a code: when to give up, 10 minutes at most; null: after 90 s")                    \
	X(S, STRING, identity, 0, "our identity; empty: the one that it is for, or the default")   \
	X(S, STRING, first, 0,                                                                     \
	  "with a code, where there is no identity yet: how one is called that is made for "       \
	  "this, 149 characters at most; empty: none is made")                                     \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_GROUP_SET_FIELDS(X, S)                                                                 \
	X(S, STRING, set, 0,                                                                       \
	  "which of name, comment, options are set, with commas between; empty: name and "         \
	  "comment where they are not empty")                                                      \
	X(S, STRING, name, 0, "its friendly name, 126 characters at most")                         \
	X(S, STRING, comment, 0, "a comment, 255 characters at most")                              \
	X(S, BOOL, data_optional, 0, "options: members need not tell that they are ones")          \
	X(S, BOOL, no_presence, 0, "options: nobody tells that they are here")                     \
	X(S, BOOL, defer, 0, "options: records stay past their time while there is no neighbor")   \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_GROUP_CONNECT_FIELDS(X, S)                                                             \
	X(S, LIST, addresses, ops_address,                                                         \
	  "where members may be, tried one after the other; none: they are found by name")         \
	X(S, SECONDS, deadline, 0, "when to give up, 10 minutes at most; null: after 30 s")        \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_MEMBER_FILTER(X, S)                                                                    \
	X(S, BOOL, online, 0, "only those that are here now")                                      \
	X(S, BOOL, removed, 0, "instead those that were removed")                                  \
	X(S, STRING, after, 0, "go on where an answer ended: its `next`")                          \
	X(S, NUMBER, most, 0, "at most so many, up to 250; 0: 250")

#define OPS_MEMBER_REMOVE_FIELDS(X, S)                                                             \
	X(S, STRING, reason, 0, "why, for all members; one line of 255 characters at most")        \
	X(S, BOOL, drop_records, 0, "keep none of its records, else all that are here")            \
	X(S, BOOL, drop_invited, 0, "whom it let in goes, too, with all they let in")              \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_MEMBER_RETURN_FIELDS(X, S)                                                             \
	X(S, STRING, reason, 0, "why, for all members; one line of 255 characters at most")        \
	X(S, TEXT, role, 31, "admin, inviter or member; empty: member")                            \
	X(S, TIME, until, 0, "when its membership ends; null: with ours")                          \
	X(S, SECONDS, life, 0, "or for how long; null: see until")                                 \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_MEMBER_GRANT_FIELDS(X, S)                                                              \
	X(S, STRING, card, 0, "the card of whom it is for, XML")                                   \
	X(S, STRING, member, 0, "or a member whose membership is renewed or changed")              \
	X(S, TEXT, role, 31, "admin, inviter or member; empty: the one it has, of a card: member") \
	X(S, TIME, until, 0, "when its membership ends; null: with ours")                          \
	X(S, SECONDS, life, 0, "or for how long; null: see until")                                 \
	X(S, BOOL, publish, 0, "tell the group, too: a member then learns of it by itself")        \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_INVITE_MAKE_FIELDS(X, S)                                                               \
	X(S, STRING, label, 0, "for whom it is, 255 octets at most; all members see it")           \
	X(S, TEXT, role, 31, "admin, inviter or member; empty: member")                            \
	X(S, TIME, until, 0, "when it ends; null: see life")                                       \
	X(S, SECONDS, life, 0, "or for how long; null: a week, or as long as we may")              \
	X(S, NUMBER, uses, 0, "how many it lets in, 1,000 at most; 0: one")                        \
	X(S, BOOL, password, 0,                                                                    \
	  "instead a link alone, to the group's password, which is not in it")                     \
	X(S, BOOL, dry_run, 0, "only say what would be done")

#define OPS_PAPER_READ_FIELDS(X, S)                                                                \
	X(S, STRING, document, 0, "a card, an invitation or an export, XML; or a code or a link")

/* As OPS_LIST of ops/types.h. */
#define OPS_GROUP_LIST(X)                                                                          \
	X(IDENTITIES, "GET", "/v1/identities", NULL, &ops_identities_type,                         \
	  "all identities of this machine")                                                        \
	X(IDENTITY_MAKE, "POST", "/v1/identities", &ops_identity_make_type, &ops_made_type,        \
	  "make an identity")                                                                      \
	X(IDENTITY_IMPORT, "POST", "/v1/identities/import", &ops_write_type,                       \
	  &ops_stream_token_type,                                                                  \
	  "take over an exported identity: passphrase and document over stream.sock, which "       \
	  "answers with one line, a made or an error")                                             \
	X(IDENTITY, "GET", "/v1/identities/{identity}", NULL, &ops_identity_type,                  \
	  "one identity, with its card")                                                           \
	X(IDENTITY_SET, "PUT", "/v1/identities/{identity}", &ops_identity_set_type,                \
	  &ops_made_type, "change how it is called, or make it the default")                       \
	X(IDENTITY_DELETE, "DELETE", "/v1/identities/{identity}", &ops_write_type, &ops_made_type, \
	  "erase an identity with its key; refused while it is in groups")                         \
	X(IDENTITY_EXPORT, "POST", "/v1/identities/{identity}/export", &ops_write_type,            \
	  &ops_stream_token_type,                                                                  \
	  "an identity with its key under a passphrase, which goes over stream.sock; it answers "  \
	  "with one line, a document or an error")                                                 \
	X(GROUPS, "GET", "/v1/groups", NULL, &ops_groups_type, "all groups of this machine")       \
	X(GROUP_MAKE, "POST", "/v1/groups", &ops_group_make_type, &ops_made_type,                  \
	  "create a group; it is open and listens, over restarts too")                             \
	X(GROUP_JOIN, "POST", "/v1/groups/join", &ops_group_join_type, &ops_made_type,             \
	  "become a member by an invitation; the group is open then, and connects when told how")  \
	X(GROUP_JOIN_SECRET, "POST", "/v1/groups/join/secret", &ops_group_join_type,               \
	  &ops_stream_token_type,                                                                  \
	  "the same with the group's password, which goes over stream.sock; it answers with one "  \
	  "line, a made or an error")                                                              \
	X(GROUP_IMPORT, "POST", "/v1/groups/import", &ops_write_type, &ops_stream_token_type,      \
	  "take over an exported membership or group key: passphrase (empty for a membership) "    \
	  "and document over stream.sock, which answers with one line, a made or an error")        \
	X(GROUP, "GET", "/v1/groups/{group}", NULL, &ops_group_type, "one group in full")          \
	X(GROUP_SET, "PUT", "/v1/groups/{group}", &ops_group_set_type, &ops_made_type,             \
	  "change its name, comment or options, for all members")                                  \
	X(GROUP_LEAVE, "DELETE", "/v1/groups/{group}", &ops_write_type, &ops_made_type,            \
	  "leave a group for good: its database and our membership are erased; the identity "      \
	  "stays")                                                                                 \
	X(GROUP_OPEN, "POST", "/v1/groups/{group}/open", &ops_write_type, &ops_made_type,          \
	  "take part in a group and listen, from now on and over restarts")                        \
	X(GROUP_CLOSE, "POST", "/v1/groups/{group}/close", &ops_write_type, &ops_made_type,        \
	  "be offline in a group; its database stays")                                             \
	X(GROUP_ROTATE, "POST", "/v1/groups/{group}/rotate", &ops_write_type, &ops_made_type,      \
	  "begin a new epoch: what members write from then on is under another key")               \
	X(GROUP_CONNECT, "POST", "/v1/groups/{group}/connect", &ops_group_connect_type,            \
	  &ops_made_type,                                                                          \
	  "connect to a member, at an address or found by name; a client that hangs up ends "      \
	  "the attempt")                                                                           \
	X(GROUP_EXPORT, "GET", "/v1/groups/{group}/export", NULL, &ops_document_type,              \
	  "our membership as a document; without any key")                                         \
	X(GROUP_OWNER, "POST", "/v1/groups/{group}/owner", &ops_write_type,                        \
	  &ops_stream_token_type,                                                                  \
	  "the group's own key under a passphrase, which goes over stream.sock; it answers with "  \
	  "one line, a document or an error")                                                      \
	X(GROUP_PASSWORD, "POST", "/v1/groups/{group}/password", &ops_write_type,                  \
	  &ops_stream_token_type,                                                                  \
	  "let people in by a password, which goes over stream.sock (empty: none any more); it "   \
	  "answers with one line, a made or an error")                                             \
	X(MEMBERS, "GET", "/v1/groups/{group}/members", &ops_member_filter_type,                   \
	  &ops_members_type, "its members, those offline too, a page of them")                     \
	X(MEMBER_GRANT, "POST", "/v1/groups/{group}/members", &ops_member_grant_type,              \
	  &ops_invitation_type, "invite somebody by a card, or renew or change a membership")      \
	X(MEMBER, "GET", "/v1/groups/{group}/members/{member}", NULL, &ops_member_type,            \
	  "one member, with the chain of its membership")                                          \
	X(INVITES, "GET", "/v1/groups/{group}/invites", NULL, &ops_invites_type,                   \
	  "its invitations by code, and what came of them; the codes are kept nowhere")            \
	X(INVITE_MAKE, "POST", "/v1/groups/{group}/invites", &ops_invite_make_type,                \
	  &ops_invite_made_type, "make a code that lets somebody in")                              \
	X(INVITE_REVOKE, "DELETE", "/v1/groups/{group}/invites/{invite}", &ops_write_type,         \
	  &ops_made_type,                                                                          \
	  "end an invitation: by its identifier, the beginning of that, six characters or more, "  \
	  "the first two words of its code, or for whom it is")                                    \
	X(MEMBER_REMOVE, "POST", "/v1/groups/{group}/members/{member}/remove",                     \
	  &ops_member_remove_type, &ops_made_type,                                                 \
	  "remove a member: its key counts no more, but for what is kept of it")                   \
	X(MEMBER_RETURN, "POST", "/v1/groups/{group}/members/{member}/return",                     \
	  &ops_member_return_type, &ops_invitation_type,                                           \
	  "let a removed member back in, by a new membership")                                     \
	X(PAPER_READ, "POST", "/v1/papers/read", &ops_paper_read_type, &ops_paper_type,            \
	  "what a card, an invitation or an export says; asks nobody else")

#endif
