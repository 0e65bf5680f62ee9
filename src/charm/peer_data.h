// What units tell each other about leadership through the peer relation, as values and as the
// strings that Juju keeps. What it means is for leadership.h.
//
// The application's data, which only the leader can write:
//   leader                  django-cron/3       who claimed last; all that versions without a
//                                               protocol write
//   claim-3-7-1a2b3c4d      15                  claim: unit number, term, id; the ttl in minutes
// A unit's own data:
//   yielded                 7                   see UnitData
//
// Each claim is a key of its own, which no other claim overwrites. Juju merges what a hook has
// buffered into the data when the hook ends, whatever became of them since the hook read them, if
// the unit is leader then: a hook that hangs while leadership moves away and comes back writes over
// what it never saw.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "run/stamp.h"

namespace leader_cron {

// Counts claims. Each is one more than all that its unit sees in the data.
using Term = std::uint64_t;

// That a unit may be active: it may hold a stamp, for no longer than `ttl`, until it has said
// otherwise.
struct Claim {
  std::string unit;
  Term term = 0;
  std::uint32_t id = 0;  // of the hook that made it, so that no two are the same key
  Ttl ttl{0};

  bool operator==(const Claim&) const = default;
};

struct ApplicationData {
  std::string leader;  // empty: none
  std::vector<Claim> claims;

  bool operator==(const ApplicationData&) const = default;
};

struct UnitData {
  // The unit is not active, and never again will be, on the strength of a claim of this term or an
  // earlier one.
  Term yielded = 0;

  bool operator==(const UnitData&) const = default;
};

struct ApplicationChange {
  bool name_leader = false;
  std::string leader;  // empty: none
  std::vector<Claim> set;
  std::vector<Claim> remove;

  bool operator==(const ApplicationChange&) const = default;
};

using Databag = std::map<std::string, std::string>;

// A claim whose ttl is no number counts as one that never expires. Other keys are ignored.
ApplicationData read_application_data(const Databag& databag, std::string_view application);

// What is not a number counts as 0: not yielded.
UnitData read_unit_data(const Databag& databag);

// For relation-set: an empty value removes the key.
Databag text_of(const ApplicationChange& change);
Databag text_of(const UnitData& data);

}  // namespace leader_cron
