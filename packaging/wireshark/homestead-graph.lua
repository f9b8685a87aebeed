-- homestead-graph.lua - Peer-to-Peer Graphing (MS-PPGRH) in Wireshark and tshark:
-- frames, messages put together from them, records and the payloads of a graph's own
-- records. On TCP port 3587, elsewhere with "Decode As" (hgraph). What a security
-- provider protects is shown as protected, and what is sealed to an epoch as sealed. Layouts:
-- doc/graph.md, sections 2 and 3, doc/group.md, section 12.

local hgraph = Proto("hgraph", "Homestead Graph")

local TYPES = {
	[1] = "AUTH_INFO", [2] = "CONNECT", [3] = "WELCOME", [4] = "REFUSE", [5] = "DISCONNECT",
	[6] = "SOLICIT_NEW", [7] = "SOLICIT_TIME", [8] = "SOLICIT_HASH", [9] = "ADVERTISE",
	[10] = "REQUEST", [11] = "FLOOD", [12] = "SYNC_END", [13] = "PT2PT", [14] = "ACK",
}
local LEAST = { 16, 24, 32, 12, 12, 12, 20, 20, 24, 16, 16, 12, 28, 12 }
local CONNECTIONS = { [1] = "neighbor", [2] = "direct" }
local REFUSALS = { [1] = "BUSY", [2] = "ALREADY_CONNECTED", [3] = "DUPLICATE_CONNECTION",
	[4] = "DIRECT_CONNECTION_DISALLOWED" }
local REASONS = { [1] = "leaving the graph", [2] = "least useful link", [3] = "application asked" }
local SCOPES = { [1] = "global", [2] = "site-local", [3] = "link-local" }

-- Record types, and what may be sent as data, by the octets of their GUIDs.
local REST = ("00"):rep(12)
local NAMES = {
	["00000100" .. REST] = "Graph Info", ["00000200" .. REST] = "Signature",
	["00000300" .. REST] = "Contact", ["00000400" .. REST] = "Presence",
	["01000000" .. REST] = "Membership", ["02000000" .. REST] = "Security Properties",
	["03000000" .. REST] = "Removal", ["04000000" .. REST] = "Policy",
	["05000000" .. REST] = "Epoch", ["06000000" .. REST] = "Invitation",
	["07000000" .. REST] = "Key",
	["0ccbb0d2be414bd6914b058ec5dcce64"] = "Ping",
}

local MESSAGE_MAX = 64 * 1024 * 1024
local FRAME_MAX = 32768
local TICKS = UInt64(10000000)
local TO_UNIX = 11644473600

local f = {}
local function field(make, name, abbrev, ...)
	f[abbrev:gsub("%.", "_")] = make("hgraph." .. abbrev, name, ...)
end

field(ProtoField.uint16, "Frame Size", "frame.size")
field(ProtoField.bytes, "Protected", "protected")
field(ProtoField.bytes, "Part of a message", "part")
field(ProtoField.uint32, "Message Size", "size")
field(ProtoField.uint8, "Version", "version", base.HEX)
field(ProtoField.uint8, "Message Type", "type", base.HEX, TYPES)
field(ProtoField.uint8, "Connection Type", "auth.connection", base.HEX, CONNECTIONS)
field(ProtoField.uint16, "Graph ID Offset", "auth.graph_offset")
field(ProtoField.uint16, "Source Peer ID Offset", "auth.source_offset")
field(ProtoField.uint16, "Destination Peer ID Offset", "auth.destination_offset")
field(ProtoField.string, "Graph ID", "auth.graph")
field(ProtoField.string, "Source Peer ID", "auth.source")
field(ProtoField.string, "Destination Peer ID", "auth.destination")
field(ProtoField.bytes, "Token", "auth.token")
field(ProtoField.uint8, "Flags", "connect.flags", base.HEX)
field(ProtoField.bool, "Update", "connect.update", 8, nil, 0x08)
field(ProtoField.bool, "Direct", "connect.direct", 8, nil, 0x04)
field(ProtoField.bool, "Neighbor list wanted", "connect.list", 8, nil, 0x01)
field(ProtoField.uint64, "Node ID", "node", base.HEX)
field(ProtoField.uint8, "Address Count", "addresses.count")
field(ProtoField.uint16, "Address Offset", "addresses.offset")
field(ProtoField.uint16, "Peer ID Offset", "peer_offset")
field(ProtoField.uint16, "Friendly Name Offset", "name_offset")
field(ProtoField.string, "Peer ID", "peer")
field(ProtoField.string, "Friendly Name", "name")
field(ProtoField.uint16, "Protocol Family", "address.family", base.HEX)
field(ProtoField.uint16, "Port", "address.port")
field(ProtoField.ipv6, "Address", "address.ip")
field(ProtoField.uint32, "Flow Info", "address.flow", base.HEX)
field(ProtoField.absolute_time, "Peer Time", "time", base.UTC)
field(ProtoField.uint8, "Error Code", "refuse.code", base.HEX, REFUSALS)
field(ProtoField.uint8, "Reason", "disconnect.reason", base.HEX, REASONS)
field(ProtoField.uint8, "Inclusion Count", "solicit.included")
field(ProtoField.uint8, "Exclusion Count", "solicit.excluded")
field(ProtoField.uint16, "Record Types Offset", "solicit.types_offset")
field(ProtoField.absolute_time, "Modification Time", "solicit.since", base.UTC)
field(ProtoField.guid, "Record Type", "solicit.type")
field(ProtoField.uint32, "Hash Count", "solicit.hashes")
field(ProtoField.uint16, "Hash Entry Offset", "solicit.hashes_offset")
field(ProtoField.bytes, "Hash", "hash")
field(ProtoField.absolute_time, "Modification Time Upper", "hash.time", base.UTC)
field(ProtoField.guid, "Record ID Upper", "hash.id")
field(ProtoField.uint32, "Hash Entry Boundary Count", "advertise.boundaries")
field(ProtoField.uint32, "Record Abstract Count", "advertise.abstracts")
field(ProtoField.uint16, "Hash Entry Boundary Offset", "advertise.boundaries_offset")
field(ProtoField.uint32, "Record Abstracts Offset", "advertise.abstracts_offset")
field(ProtoField.absolute_time, "Modification Time Lower", "boundary.lower_time", base.UTC)
field(ProtoField.guid, "Record ID Lower", "boundary.lower_id")
field(ProtoField.absolute_time, "Modification Time Upper", "boundary.upper_time", base.UTC)
field(ProtoField.guid, "Record ID Upper", "boundary.upper_id")
field(ProtoField.uint32, "Count", "boundary.count")
field(ProtoField.guid, "Record ID", "abstract.id")
field(ProtoField.uint32, "Record Version", "abstract.version")
field(ProtoField.uint32, "Record Abstract Count", "request.abstracts")
field(ProtoField.uint32, "Record Abstracts Offset", "request.abstracts_offset")
field(ProtoField.uint16, "Record Offset", "flood.offset")
field(ProtoField.uint16, "Reserved2", "flood.reserved", base.HEX)
field(ProtoField.uint8, "Flags", "sync_end.flags", base.HEX)
field(ProtoField.bool, "Final", "sync_end.final", 8, nil, 0x01)
field(ProtoField.uint16, "Data Offset", "data.offset")
field(ProtoField.guid, "Data Type", "data.type")
field(ProtoField.bytes, "Payload", "data.payload")
field(ProtoField.uint16, "ACKs Count", "ack.count")
field(ProtoField.uint16, "ACKs Offset", "ack.offset")
field(ProtoField.guid, "Record ID", "ack.id")
field(ProtoField.uint32, "Flags", "ack.flags", base.HEX)
field(ProtoField.bool, "Useful", "ack.useful", 32, nil, 0x00000001)
field(ProtoField.guid, "Record Type", "record.type")
field(ProtoField.string, "Kind", "record.kind")
field(ProtoField.guid, "Record ID", "record.id")
field(ProtoField.uint32, "Record Version", "record.version")
field(ProtoField.uint32, "Flags", "record.flags", base.HEX)
field(ProtoField.bool, "Deleted", "record.deleted", 32, nil, 0x00000002)
field(ProtoField.string, "Creator ID", "record.creator")
field(ProtoField.string, "Last Modified By", "record.modifier")
field(ProtoField.bytes, "Security Data", "record.security")
field(ProtoField.absolute_time, "Creation Time", "record.created", base.UTC)
field(ProtoField.absolute_time, "Expiration Time", "record.expires", base.UTC)
field(ProtoField.absolute_time, "Last Modification Time", "record.modified", base.UTC)
field(ProtoField.string, "Graph ID", "record.graph")
field(ProtoField.uint16, "Protocol Version", "record.protocol", base.HEX)
field(ProtoField.bytes, "Payload", "record.payload")
field(ProtoField.string, "Attributes", "record.attributes")
field(ProtoField.bytes, "Epoch", "sealed.epoch")
field(ProtoField.bytes, "Nonce", "sealed.nonce")
field(ProtoField.bytes, "Ciphertext", "sealed.octets")
field(ProtoField.uint32, "Length", "length")
field(ProtoField.uint32, "Size", "info.size")
field(ProtoField.uint32, "Flags", "info.flags", base.HEX)
field(ProtoField.bool, "Deferred Expiration", "info.defer", 32, nil, 0x00000002)
field(ProtoField.uint32, "Scope", "info.scope", base.DEC, SCOPES)
field(ProtoField.string, "Graph ID", "info.graph")
field(ProtoField.string, "Creator ID", "info.creator")
field(ProtoField.string, "Friendly Name", "info.name")
field(ProtoField.string, "Comment", "info.comment")
field(ProtoField.uint32, "Presence Lifetime", "info.presence_life")
field(ProtoField.uint32, "Max Presence Records", "info.presence_max")
field(ProtoField.uint32, "Max Record Size", "info.record_max")
field(ProtoField.uint64, "Signature", "signature", base.HEX)
field(ProtoField.string, "Attributes", "presence.attributes")
field(ProtoField.uint32, "Number of Addresses", "peer_addresses.count")

local list = {}
for _, one in pairs(f) do
	list[#list + 1] = one
end
hgraph.fields = list

local malformed = ProtoExpert.new("hgraph.malformed", "Malformed", expert.group.MALFORMED,
	expert.severity.ERROR)
local behind = ProtoExpert.new("hgraph.behind", "Octets behind what is known",
	expert.group.PROTOCOL, expert.severity.NOTE)
local inclusive = ProtoExpert.new("hgraph.inclusive", "Frame sizes count their own two octets",
	expert.group.PROTOCOL, expert.severity.NOTE)
hgraph.experts = { malformed, behind, inclusive }

local function bad(tree, text)
	tree:add_proto_expert_info(malformed, text)
	return false
end

local function add(tree, abbrev, range)
	return tree:add(f[abbrev:gsub("%.", "_")], range)
end

-- 100 ns since 1601; what is far away is still a time.
local function add_time(tree, abbrev, range)
	local v = range:uint64()
	local seconds = (v / TICKS):tonumber() - TO_UNIX
	local ns = (v % TICKS):tonumber() * 100
	return tree:add(f[abbrev:gsub("%.", "_")], range, NSTime.new(seconds, ns))
end

local function add_guid(tree, abbrev, range)
	local item = add(tree, abbrev, range)
	local name = NAMES[range:bytes():tohex(true)]
	if name then
		item:append_text(" (" .. name .. ")")
	end
	return name
end

local function is_utf8(s)
	local i = 1
	while i <= #s do
		local b = s:byte(i)
		local n = b < 0x80 and 1 or b >= 0xc2 and b < 0xe0 and 2 or b >= 0xe0 and b < 0xf0 and 3 or
			b >= 0xf0 and b < 0xf5 and 4
		if not n or not s:find("^" .. ("[\128-\191]"):rep(n - 1), i + 1) then
			return false
		end
		i = i + n
	end
	return true
end

-- A text of a message: UTF-8 up to its NUL. Where it ends; nil when it does not.
local function add_text(tree, tvb, abbrev, at, fixed)
	if at < fixed or at >= tvb:len() then
		return nil
	end
	local length = math.min(tvb:len() - at, 4096)
	local raw = tvb:raw(at, length)
	local nul = raw:find("\0", 1, true)
	if not nul or not is_utf8(raw:sub(1, nul - 1)) then
		return nil
	end
	local text = nul > 1 and tvb(at, nul - 1):string(ENC_UTF_8) or ""
	tree:add(f[abbrev:gsub("%.", "_")], tvb(at, nul), text)
	return at + nul, text
end

local function add_in6(tree, tvb, at)
	local ip = tostring(tvb(at + 4, 16):ipv6())
	local sub = tree:add(hgraph, tvb(at, 20),
		("Address: [%s]:%u"):format(ip, tvb(at + 2, 2):uint()))
	add(sub, "address.family", tvb(at, 2))
	add(sub, "address.port", tvb(at + 2, 2))
	add(sub, "address.ip", tvb(at + 4, 16))
end

-- n elements of `each` octets; false when they are not inside.
local function add_array(tree, tvb, fixed, at, n, each, show)
	if n == 0 then
		return true
	end
	if at < fixed or at + n * each > tvb:len() then
		return bad(tree, "an array lies outside of the message")
	end
	for i = 0, n - 1 do
		show(tree, tvb, at + i * each)
	end
	return true
end

local function add_abstract(tree, tvb, at)
	local sub = tree:add(hgraph, tvb(at, 20), "Record Abstract")
	add_guid(sub, "abstract.id", tvb(at, 16))
	add(sub, "abstract.version", tvb(at + 16, 4))
end

local function add_hash(tree, tvb, at)
	local sub = tree:add(hgraph, tvb(at, 40), "Hash Entry")
	add(sub, "hash", tvb(at, 16))
	add_time(sub, "hash.time", tvb(at + 16, 8))
	add_guid(sub, "hash.id", tvb(at + 24, 16))
end

local function add_boundary(tree, tvb, at)
	local sub = tree:add(hgraph, tvb(at, 52), "Hash Entry Boundary")
	add_time(sub, "boundary.lower_time", tvb(at, 8))
	add_guid(sub, "boundary.lower_id", tvb(at + 8, 16))
	add_time(sub, "boundary.upper_time", tvb(at + 24, 8))
	add_guid(sub, "boundary.upper_id", tvb(at + 32, 16))
	add(sub, "boundary.count", tvb(at + 48, 4))
end

local function add_ack(tree, tvb, at)
	local sub = tree:add(hgraph, tvb(at, 20), "ACK")
	add_guid(sub, "ack.id", tvb(at, 16))
	add(sub, "ack.flags", tvb(at + 16, 4))
	add(sub, "ack.useful", tvb(at + 16, 4))
end

local function add_type(tree, tvb, at)
	add_guid(tree, "solicit.type", tvb(at, 16))
end

-- PEER_ADDRESS, in payloads of records.
local function add_peer_address(tree, tvb, at)
	local ip = tostring(tvb(at + 12, 16):ipv6())
	local sub = tree:add(hgraph, tvb(at, 32),
		("Address: [%s]:%u"):format(ip, tvb(at + 6, 2):uint()))
	add(sub, "length", tvb(at, 4))
	add(sub, "address.family", tvb(at + 4, 2))
	add(sub, "address.port", tvb(at + 6, 2))
	add(sub, "address.flow", tvb(at + 8, 4))
	add(sub, "address.ip", tvb(at + 12, 16))
end

-- A cursor over a record or a payload: each step says whether there was enough.
local Cursor = {}
Cursor.__index = Cursor

local function cursor(tree, tvb)
	return setmetatable({ tree = tree, tvb = tvb, at = 0, good = true }, Cursor)
end

function Cursor:take(n)
	if not self.good or n > self.tvb:len() - self.at then
		self.good = false
		return nil
	end
	local range = n > 0 and self.tvb(self.at, n) or nil
	self.at = self.at + n
	return range
end

function Cursor:add(abbrev, n)
	local range = self:take(n)
	return range and add(self.tree, abbrev, range), range
end

function Cursor:time(abbrev)
	local range = self:take(8)
	if range then
		add_time(self.tree, abbrev, range)
	end
end

function Cursor:length(each)
	local range = self:take(4)
	if not range then
		return nil
	end
	return self:take(range:uint() * each)
end

-- UTF-16 behind its length in units, shown without its terminator.
function Cursor:text(abbrev)
	local range = self:length(2)
	if not range then
		return ""
	end
	local text = range:len() > 2 and range(0, range:len() - 2):ustring() or ""
	self.tree:add(f[abbrev:gsub("%.", "_")], range, text)
	return text
end

function Cursor:octets(abbrev)
	local range = self:length(1)
	return range and add(self.tree, abbrev, range), range
end

function Cursor:addresses()
	local _, range = self:add("peer_addresses.count", 4)
	local n = range and range:uint() or 0
	if n * 32 > self.tvb:len() - self.at then
		self.good = false
		return
	end
	for _ = 1, n do
		add_peer_address(self.tree, self.tvb, self.at)
		self.at = self.at + 32
	end
end

local payloads = {}

payloads["Graph Info"] = function(c)
	local _, size = c:add("info.size", 4)
	if size and size:uint() > c.tvb:len() then
		c.good = false
	end
	local _, flags = c:add("info.flags", 4)
	if flags then
		add(c.tree, "info.defer", flags)
	end
	c:add("info.scope", 4)
	c:text("info.graph")
	c:text("info.creator")
	c:text("info.name")
	c:text("info.comment")
	c:add("info.presence_life", 4)
	c:add("info.presence_max", 4)
	c:add("info.record_max", 4)
end

payloads["Signature"] = function(c)
	c:add("signature", 8)
end

payloads["Contact"] = function(c)
	c:add("signature", 8)
	c:add("node", 8)
	c:addresses()
end

payloads["Presence"] = function(c)
	c:add("node", 8)
	c:text("presence.attributes")
	c:addresses()
end

local function add_payload(item, range, kind)
	local show = payloads[kind]
	if not show or not range then
		return
	end
	local c = cursor(item, range:tvb())
	show(c)
	if not c.good then
		bad(item, "the payload of a " .. kind .. " record is cut")
	elseif c.at < c.tvb:len() then
		item:add_proto_expert_info(behind)
	end
end

-- What an application's record of a group looks like that only members can read, under the
-- key of an epoch (doc/group.md, GROUP-12.8): 1, its id, a nonce, AES-256-GCM. It is not opened.
local SEALED_LEAST = 1 + 16 + 12 + 4 + 16

local function add_sealed(item, range, reserved, attributes)
	if not range or reserved or attributes ~= "" or range:len() < SEALED_LEAST or
	   range(0, 1):uint() ~= 1 then
		return false
	end
	item:append_text(" (sealed)")
	add(item, "sealed.epoch", range(1, 16))
	add(item, "sealed.nonce", range(17, 12))
	add(item, "sealed.octets", range(29))
	return true
end

-- A record; what to say of it in a line.
local function add_record(tree, tvb)
	local c = cursor(tree:add(hgraph, tvb(), "Record"), tvb)
	local kind
	local range = c:take(16)
	local reserved = range and range:bytes():tohex(true):sub(9) == REST
	if range then
		kind = add_guid(c.tree, "record.type", range)
		c.tree:add(f.record_kind, range, kind or "application"):set_generated()
	end
	range = c:take(16)
	if range then
		add_guid(c.tree, "record.id", range)
	end
	local _, version = c:add("record.version", 4)
	local _, flags = c:add("record.flags", 4)
	if flags then
		add(c.tree, "record.deleted", flags)
	end
	local creator = c:text("record.creator")
	c:text("record.modifier")
	c:octets("record.security")
	c:time("record.created")
	c:time("record.expires")
	c:time("record.modified")
	c:text("record.graph")
	c:add("record.protocol", 2)
	local item, payload = c:octets("record.payload")
	local attributes = c:text("record.attributes")
	if not c.good then
		bad(c.tree, "the record is cut")
		return "cut record"
	end
	add_payload(item, payload, kind)
	local sealed = add_sealed(item, payload, reserved, attributes)
	if c.at < tvb:len() then
		c.tree:add_proto_expert_info(behind)
	end
	local text = ("%s by %s, version %u"):format(
		kind or sealed and "sealed record" or "record", creator, version:uint())
	c.tree:append_text(": " .. text)
	return text
end

local show = {}

function show.AUTH_INFO(tree, tvb)
	add(tree, "auth.connection", tvb(8, 1))
	add(tree, "auth.graph_offset", tvb(10, 2))
	add(tree, "auth.source_offset", tvb(12, 2))
	add(tree, "auth.destination_offset", tvb(14, 2))
	local graph, source = tvb(10, 2):uint(), tvb(12, 2):uint()
	local destination = tvb(14, 2):uint()
	if not CONNECTIONS[tvb(8, 1):uint()] or graph >= source or source >= destination or
	   destination > tvb:len() then
		return bad(tree, "connection type or offsets")
	end
	local g, name = add_text(tree, tvb, "auth.graph", graph, 16)
	local s, peer = add_text(tree, tvb, "auth.source", source, 16)
	local d, other = s, nil
	if destination < tvb:len() then
		d, other = add_text(tree, tvb, "auth.destination", destination, 16)
	end
	if not g or not s or not d or name == "" or peer == "" or other == "" then
		return bad(tree, "a name is missing")
	end
	local last = math.max(g, s, d)
	if last < tvb:len() then
		add(tree, "auth.token", tvb(last))
	end
	return name .. " from " .. peer
end

local function add_addresses(tree, tvb, at, fixed)
	add(tree, "addresses.count", tvb(at, 1))
	local offset = fixed == 32 and at + 2 or at + 1
	add(tree, "addresses.offset", tvb(offset, 2))
	local n = tvb(at, 1):uint()
	local from = tvb(offset, 2):uint()
	return add_array(tree, tvb, fixed, from, n, 20, add_in6), n > 0 and from + 20 * n or 0, n
end

-- A friendly name that may be absent.
local function add_name(tree, tvb, at, fixed)
	local from = tvb(at, 2):uint()
	return from == tvb:len() or add_text(tree, tvb, "name", from, fixed) ~= nil
end

function show.CONNECT(tree, tvb)
	for _, flag in ipairs({ "flags", "update", "direct", "list" }) do
		add(tree, "connect." .. flag, tvb(8, 1))
	end
	add(tree, "name_offset", tvb(12, 2))
	add(tree, "node", tvb(16, 8))
	local good, last, n = add_addresses(tree, tvb, 9, 24)
	if not good then
		return false
	end
	if tvb(12, 2):uint() < last or not add_name(tree, tvb, 12, 24) then
		return bad(tree, "friendly name")
	end
	return ("node %s, %u addresses"):format(tvb(16, 8):bytes():tohex(true), n)
end

function show.WELCOME(tree, tvb)
	add(tree, "node", tvb(8, 8))
	add_time(tree, "time", tvb(16, 8))
	add(tree, "peer_offset", tvb(28, 2))
	add(tree, "name_offset", tvb(30, 2))
	local good, last, n = add_addresses(tree, tvb, 24, 32)
	if not good then
		return false
	end
	local peer, name = tvb(28, 2):uint(), tvb(30, 2):uint()
	local found, text = add_text(tree, tvb, "peer", peer, 32)
	if peer < last or name <= peer or not found or text == "" or
	   not add_name(tree, tvb, 30, 32) then
		return bad(tree, "Peer ID or friendly name")
	end
	return ("from %s, %u referrals"):format(text, n)
end

local function add_goodbye(tree, tvb, abbrev, names)
	add(tree, abbrev, tvb(8, 1))
	local good, _, n = add_addresses(tree, tvb, 9, 12)
	local text = names[tvb(8, 1):uint()]
	if not text then
		return bad(tree, "code")
	end
	return good and ("%s, %u referrals"):format(text, n)
end

function show.REFUSE(tree, tvb)
	return add_goodbye(tree, tvb, "refuse.code", REFUSALS)
end

function show.DISCONNECT(tree, tvb)
	return add_goodbye(tree, tvb, "disconnect.reason", REASONS)
end

-- Whether the types are good, and where they end.
local function add_solicit(tree, tvb, fixed)
	add(tree, "solicit.included", tvb(8, 1))
	add(tree, "solicit.excluded", tvb(9, 1))
	add(tree, "solicit.types_offset", tvb(10, 2))
	local inc, exc, from = tvb(8, 1):uint(), tvb(9, 1):uint(), tvb(10, 2):uint()
	local last = from + 16 * (inc + exc)
	if (inc > 0 and exc > 0) or last > tvb:len() then
		return bad(tree, "counts of record types")
	end
	return add_array(tree, tvb, fixed, from, inc + exc, 16, add_type), last,
		inc > 0 and "one type" or exc > 0 and ("all but %u types"):format(exc) or "all types"
end

function show.SOLICIT_NEW(tree, tvb)
	local good, _, text = add_solicit(tree, tvb, 12)
	if good and tvb(8, 1):uint() > 1 then
		return bad(tree, "Inclusion Count")
	end
	return good and text
end

function show.SOLICIT_TIME(tree, tvb)
	add_time(tree, "solicit.since", tvb(12, 8))
	local good, _, text = add_solicit(tree, tvb, 20)
	if good and tvb(8, 1):uint() > 1 then
		return bad(tree, "Inclusion Count")
	end
	return good and text
end

function show.SOLICIT_HASH(tree, tvb)
	local good, last = add_solicit(tree, tvb, 20)
	add(tree, "solicit.hashes", tvb(12, 4))
	add(tree, "solicit.hashes_offset", tvb(16, 2))
	local n, from = tvb(12, 4):uint(), tvb(16, 2):uint()
	if not good then
		return false
	end
	if n == 0 or last > from then
		return bad(tree, "hash entries")
	end
	return add_array(tree, tvb, 20, from, n, 40, add_hash) and ("%u ranges"):format(n)
end

function show.ADVERTISE(tree, tvb)
	add(tree, "advertise.boundaries", tvb(8, 4))
	add(tree, "advertise.abstracts", tvb(12, 4))
	add(tree, "advertise.boundaries_offset", tvb(16, 2))
	add(tree, "advertise.abstracts_offset", tvb(20, 4))
	local b, a = tvb(8, 4):uint(), tvb(12, 4):uint()
	local first, second = tvb(16, 2):uint(), tvb(20, 4):uint()
	if first > second or second > tvb:len() or (b > 0 and first + 52 * b > second) then
		return bad(tree, "offsets")
	end
	return add_array(tree, tvb, 24, first, b, 52, add_boundary) and
		add_array(tree, tvb, 24, second, a, 20, add_abstract) and
		("%u ranges, %u records"):format(b, a)
end

function show.REQUEST(tree, tvb)
	add(tree, "request.abstracts", tvb(8, 4))
	add(tree, "request.abstracts_offset", tvb(12, 4))
	local n, from = tvb(8, 4):uint(), tvb(12, 4):uint()
	if from > tvb:len() then
		return bad(tree, "offset")
	end
	return add_array(tree, tvb, 16, from, n, 20, add_abstract) and ("%u records"):format(n)
end

function show.FLOOD(tree, tvb)
	add(tree, "flood.offset", tvb(8, 2))
	add(tree, "flood.reserved", tvb(10, 2))
	local from = tvb(8, 2):uint()
	if tvb(10, 2):uint() ~= 0 or from < 12 or from > tvb:len() then
		return bad(tree, "Record Offset or Reserved2")
	end
	if from == tvb:len() then
		bad(tree, "the record is cut")
		return "cut record"
	end
	return add_record(tree, tvb(from):tvb())
end

function show.SYNC_END(tree, tvb)
	add(tree, "sync_end.flags", tvb(8, 1))
	add(tree, "sync_end.final", tvb(8, 1))
	return bit.band(tvb(8, 1):uint(), 1) == 1 and "final" or "more to come"
end

function show.PT2PT(tree, tvb)
	add(tree, "data.offset", tvb(8, 2))
	local name = add_guid(tree, "data.type", tvb(12, 16))
	local from = tvb(8, 2):uint()
	if from < 28 or from > tvb:len() then
		return bad(tree, "Data Offset")
	end
	if from < tvb:len() then
		add(tree, "data.payload", tvb(from))
	end
	return name or ("%u octets"):format(tvb:len() - from)
end

function show.ACK(tree, tvb)
	add(tree, "ack.count", tvb(8, 2))
	add(tree, "ack.offset", tvb(10, 2))
	local n, from = tvb(8, 2):uint(), tvb(10, 2):uint()
	if from > tvb:len() then
		return bad(tree, "ACKs Offset")
	end
	return add_array(tree, tvb, 12, from, n, 20, add_ack) and ("%u records"):format(n)
end

-- The size of the message that octets begin with; nil: they begin none.
local function head_size(octets)
	local function at(i)
		return octets:get_index(i)
	end
	local size = ((at(0) * 256 + at(1)) * 256 + at(2)) * 256 + at(3)
	return at(4) == 0x10 and TYPES[at(5)] and size >= 8 and size <= MESSAGE_MAX and size or nil
end

local function say(pinfo, text)
	if not pinfo.private["hgraph"] then
		pinfo.private["hgraph"] = "1"
		pinfo.cols.info = text
	else
		pinfo.cols.info:append(", " .. text)
	end
end

-- A whole message, alone in its tvb.
local function add_message(tree, tvb, pinfo)
	local kind = tvb(5, 1):uint()
	local name = TYPES[kind]
	local sub = tree:add(hgraph, tvb(), name)
	add(sub, "size", tvb(0, 4))
	add(sub, "version", tvb(4, 1))
	add(sub, "type", tvb(5, 1))
	if tvb:len() < LEAST[kind] then
		bad(sub, "the fixed part is cut")
		say(pinfo, name .. " (malformed)")
		return
	end
	local text = show[name](sub, tvb)
	if text then
		sub:append_text(": " .. text)
	end
	say(pinfo, name .. (text and " (" .. text .. ")" or " (malformed)"))
end

-- What is known of a connection: `inclusive` once it is seen, protected from which frame
-- on; and of each direction, the parts of a message so far. All is learnt in the order of
-- the capture and looked up when a packet is shown again.
local links, done = {}, {}
local stream_field = Field.new("tcp.stream")

function hgraph.init()
	links, done = {}, {}
end

local function link_of(pinfo)
	local stream = stream_field()
	local key = stream and stream.value or 0
	links[key] = links[key] or { inclusive = false, begun = false, ways = {} }
	local link = links[key]
	local way = tostring(pinfo.src) .. " " .. pinfo.src_port
	link.ways[way] = link.ways[way] or {}
	return link, link.ways[way]
end

-- What the payload of a frame is: a "message" that lies in it, "part" of one, the "last"
-- part with all octets, "protected" or "malformed".
local function classify(tvb, link, way)
	if link.protected then
		return { kind = "protected" }
	end
	local before, octets = way.parts, tvb:bytes()
	if before then
		before:append(octets)
		octets = before
	end
	way.parts = octets
	if octets:len() < 8 then
		return { kind = "part" }
	end
	local size = head_size(octets)
	-- AUTH_INFO is never protected: what follows it shows whether there is a provider.
	if not size and not link.understood then
		link.protected = true
		return { kind = "protected" }
	end
	if size and octets:len() < size then
		return { kind = "part" }
	end
	way.parts = nil
	local kind = size and octets:get_index(5)
	if not size or (octets:len() > size and kind ~= 1) then
		return { kind = "malformed" }
	end
	link.understood = link.understood or kind ~= 1
	return { kind = before and "last" or "message", size = size, octets = before }
end

local shows = {}

function shows.message(tree, tvb, pinfo, what)
	add_message(tree, tvb(0, what.size):tvb(), pinfo)
	if what.size < tvb:len() then
		add(tree, "auth.token", tvb(what.size))
	end
end

function shows.part(tree, tvb, pinfo)
	add(tree, "part", tvb())
	say(pinfo, "part of a message")
end

function shows.last(tree, tvb, pinfo, what)
	add(tree, "part", tvb())
	local whole = what.octets:tvb("Message")
	add_message(tree, whole(0, what.size):tvb(), pinfo)
	if what.size < whole:len() then
		add(tree, "auth.token", whole(what.size))
	end
end

function shows.protected(tree, tvb, pinfo)
	add(tree, "protected", tvb())
	say(pinfo, ("protected (%u octets)"):format(tvb:len()))
end

function shows.malformed(tree, tvb, pinfo)
	bad(tree, "no message")
	say(pinfo, "malformed")
end

-- Octets that the size of a frame counts besides its payload: 0, or 2 where the first
-- AUTH_INFO shows it (A1).
local function counted(tvb, at, link)
	if not link.begun and tvb:len() - at >= 8 then
		link.begun = true
		link.inclusive = tvb(at + 6, 1):uint() == 0x10 and tvb(at + 7, 1):uint() == 1 and
			tvb(at, 2):uint() == tvb(at + 2, 4):uint() + 2
	end
	return link.inclusive and 2 or 0
end

local function frame_length(tvb, pinfo, at)
	local link = link_of(pinfo)
	return math.max(2 + tvb(at, 2):uint() - counted(tvb, at, link), 2)
end

local function dissect_frame(tvb, pinfo, tree)
	local link, way = link_of(pinfo)
	pinfo.cols.protocol = "HGRAPH"
	local item = tree:add(hgraph, tvb(), "Homestead Graph")
	add(item, "frame.size", tvb(0, 2))
	if link.inclusive then
		item:add_proto_expert_info(inclusive)
	end
	if tvb:len() < 3 or tvb:len() - 2 > FRAME_MAX then
		bad(item, "Frame Size")
		say(pinfo, "malformed")
		return tvb:len()
	end
	local payload = tvb(2):tvb()
	local key = pinfo.number .. ":" .. tvb:offset() .. ":" .. tvb:len()
	if not done[key] then
		done[key] = classify(payload, link, way)
	end
	shows[done[key].kind](item, payload, pinfo, done[key])
	return tvb:len()
end

function hgraph.dissector(tvb, pinfo, tree)
	pinfo.private["hgraph"] = nil
	dissect_tcp_pdus(tvb, tree, 2, frame_length, dissect_frame)
	return tvb:len()
end

DissectorTable.get("tcp.port"):add(3587, hgraph)
