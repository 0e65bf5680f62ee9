#pragma once
// How a unit's queue of hooks grows and shrinks, by Juju's rules: a hook that waits already is not
// queued twice, joined comes before changed, a peer that leaves before it was joined never was
// there. Pure functions over one queue; who gets which event is decided in fleet.cpp.

#include <string>

#include "model.h"

namespace standin {

/// Appends `hook` unless the same one waits already. Juju keeps the newest value and fires once.
void enqueue(Unit& unit, QueuedHook hook);

/// leader-elected goes ahead of all but a failed hook, install and relation-created.
void enqueue_leader_elected(Unit& unit);

/// upgrade-charm to `charm`; of several that wait only the newest stays.
void enqueue_upgrade(Unit& unit, const std::string& charm);

/// joined and changed of a peer that has come.
void enqueue_joined(Unit& unit, const std::string& relation, const std::string& peer);

/// `peer` leaves: what still waits about it is dropped, and departed is queued if it had been
/// joined.
void enqueue_departed(Unit& unit, const std::string& relation, const std::string& peer);

/// The unit itself leaves: departed from each member, broken, stop, remove. Of what waited only a
/// hook that has failed stays, as Juju wants it resolved first.
void enqueue_removal(Unit& unit, const std::string& relation);

QueuedHook relation_hook(const std::string& relation, const std::string& event,
                         const std::string& remote_unit = {}, const std::string& departing = {});

}  // namespace standin
