// The stamp: a unit's leave to act as leader, which runs out by itself. A hook that may act writes
// it to /run; `run` reads it before it starts a job that belongs to the leader. What a stamp says
// and when it counts is decided here; whether a hook may write one, in charm/leadership.h.
//
// Its age is measured by CLOCK_BOOTTIME: nobody can set that clock back, and it goes on while the
// machine sleeps (clock_gettime(2)). The boot id (/proc/sys/kernel/random/boot_id) tells its epoch.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace leader_cron {

// A moment of one boot of one machine, in whole seconds, rounded down.
struct ClockReading {
  std::string boot_id;
  std::chrono::seconds since_boot{0};

  bool operator==(const ClockReading&) const = default;
};

// How long a stamp counts; 0: as long as the machine is up, and without a stamp too
// (leadership-ttl=0).
using Ttl = std::chrono::minutes;
inline constexpr Ttl kNeverExpires{0};

// kNeverExpires is the longest.
Ttl shorter(Ttl one, Ttl other);

struct Stamp {
  // From before is-leader was asked: a process that freezes between the answer and the writing
  // leaves a stamp that is as old as what it says.
  ClockReading taken;
  Ttl ttl{0};

  bool operator==(const Stamp&) const = default;
};

// One line: "1 <boot id> <seconds> <minutes>".
std::string text_of(const Stamp& stamp);

// Nothing if it is not what text_of() gives.
std::optional<Stamp> parse_stamp(std::string_view text);

// A bound as it is kept on disk: minutes, with a newline. Nothing for anything else.
std::string text_of(Ttl ttl);
std::optional<Ttl> ttl_in(std::string_view text);

// Why `run` does not start a job of the leader's.
struct StampRefusal {
  enum class Why { absent, unreadable, other_boot, from_the_future, expired };
  Why why = Why::absent;
  std::chrono::seconds age{0};  // of one that expired
  Ttl ttl{0};                   // the bound that it exceeds

  bool operator==(const StampRefusal&) const = default;
};

// Nothing: the job may start. `text` is the stamp file's, nothing where there is none. `allowed` is
// what the last hook let `run` accept (LeadershipDecision::allowed); where that is not known, a
// stamp is needed and its own ttl counts. Of the two bounds the shorter one counts.
std::optional<StampRefusal> check_stamp(std::optional<std::string_view> text,
                                        std::optional<Ttl> allowed, const ClockReading& now);

// The same for a stamp that was read already.
std::optional<StampRefusal> check_stamp(const Stamp& stamp, std::optional<Ttl> allowed,
                                        const ClockReading& now);

// "leadership was last confirmed 16m ago; leadership-ttl is 15m"
std::string sentence(const StampRefusal& refusal);

}  // namespace leader_cron
