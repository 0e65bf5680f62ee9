#pragma once
// The files through which the driver (Fleet) and the hook tools talk. For each hook the driver
// makes a folder, named to the tools by JUJU_AGENT_SOCKET_ADDRESS, with a context file that nobody
// changes while the hook runs; the tools only ever append to the journal beside it, under flock.
// What is big or shared (the settings, the databags, the lease) lies in files of its own that the
// context names, so a tool reads only what it needs. The driver reads the journal when the hook has
// ended and decides what of it becomes true.

namespace standin {

inline constexpr char kContextFile[] = "context.json";
inline constexpr char kJournalFile[] = "journal";

// Kinds of effect a journal record carries in "effect": {"kind": ..., ...}.
inline constexpr char kRelationSet[] = "relation-set";  // relation, app, values; "" deletes
inline constexpr char kStateSet[] = "state-set";        // values; null deletes
inline constexpr char kLeaderSet[] = "leader-set";      // values; "" deletes
inline constexpr char kStatusSet[] = "status-set";      // status, message: at once
inline constexpr char kLog[] = "juju-log";              // level, message: at once
inline constexpr char kVersion[] = "version";           // version: at once
inline constexpr char kActionSet[] = "action-set";      // values
inline constexpr char kActionFail[] = "action-fail";    // message
inline constexpr char kActionLog[] = "action-log";      // message

}  // namespace standin
