// Package openreplay translates the session files of OpenReplay into events of rrweb, so that package rrweb makes the
// Session of them and package clip plays them like any other recording.
//
//	objects ── Recording.Read ──> messages ── Recording.Events ──> rrweb.Event
//
// A session lies in several objects: "<session>/dom.mobs" (the start), "dom.mobe" (the rest) and "devtools.mob" (console
// and network), before 2023 "<session>", "<session>e" and "<session>devtools". They hold messages, each a type and its
// fields, in one of four framings:
//
//	{index u64 LE, type, fields}...                    trackers up to 2023
//	FF x 8, {type, fields}...                          sorted by the server
//	FF x 8, {index u64 LE, type, fields}...            old trackers at a new server
//	FF x 7, FE or FD, {type, size u24 LE, body}...     batches as the tracker sent them, also without the header
//
// The first two may be cut anywhere, also inside a message: the next object goes on there. Numbers are LEB128, signed
// ones zigzag; strings are a length and UTF-8. Only the last framing carries sizes, so that the table of messages must
// know all types of the others. The facts are from openreplay/openreplay: mobs/messages.rb and mobs/mobile_messages.rb
// (the messages), backend/pkg/messages and backend/pkg/storage (framings and names), tracker/tracker/src/main (what a
// tracker records when), frontend/app/player/web (what its player makes of it), and from openreplay/ios-tracker.
//
// Web messages build the page node by node; what changed at one moment becomes one mutation. The position of a click is
// that of the mouse, of which the tracker tells right before it. Mobile messages name no element but by a label, and
// the pictures of a mobile session lie in other objects.
//
// What was typed becomes as many asterisks, request bodies and queries are stepped over, and what an application tells
// beside the name of an event is not read. Encrypted files cannot be read: their key lies in OpenReplay's database.
package openreplay
