// A run of leadership.pml, played by the deciding code: what each step of the model has found goes
// into decide(), on what decide() itself has left behind; what comes out, and what that makes of
// the relation's data and of who is active, has to be what the model says.
#pragma once

#include <string>

namespace leader_cron::model {

// How much of what is to be compared came about.
struct Counted {
  int decisions = 0;
  int activations = 0;
  int renewals = 0;
  int fail_overs = 0;  // the active unit is another than the last one
  int waits = 0;       // decisions to wait
  int claims = 0;      // committed, like the next three
  int yields = 0;
  int waited_out = 0;  // somebody was found to have expired
  int releases = 0;
  int failed_commits = 0;  // of something
  int expiries = 0;        // of an active unit
  int reboots = 0;         // of an active unit
  int kills = 0;           // of a hook
  int unknown = 0;         // is-leader failed
  int unread = 0;          // the application's data, or its own, could not be read
  int silent = 0;          // another unit's data could not be read
};

// The first difference, with its line; empty: none.
std::string replay(const std::string& run, Counted& counted);

}  // namespace leader_cron::model
