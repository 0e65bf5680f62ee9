// Who acts as leader, asked of those who decide it: the supervisors of a fleet's units, which start
// a job of the leader's or say why not. And the passing of time for them: the binary reads the
// machine's own clocks, so what it has written is made older instead. What is right is for the
// tests.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "charm_fixture.h"

namespace charm_test {

// leadership-ttl in these tests: no test lasts that long, and the machine is up for longer.
inline constexpr std::chrono::minutes kTtl{5};
// For how long a stamp of that ttl is waited for: docs/leadership.md, 5.
inline constexpr std::chrono::seconds kWait{306};

// Why nothing that old can lie in this machine's /run. Where it was started a short while ago, and
// lets us, the test sees it up for a day longer.
std::optional<std::string> why_machine_is_too_young();

// A job of the leader's that the fleet must have.
extern const char* const kProbe;

// Options of a fleet with kProbe.
standin::Options leadership_options(const fs::path& folder, const std::string& handover,
                                    standin::Mode mode = standin::Mode::juju_4_0);

// Starts kProbe on the unit with that root, as an operator does. Empty: it has run.
std::string refusal(const fs::path& root);
// The units on which it runs, also those that cannot be reached.
std::vector<std::string> acting_units(const standin::Fleet& fleet);

// The reason in a job's last record; empty: it has run; "no record": there is none.
std::string last_reason(const fs::path& root, const std::string& job);

fs::path stamp_path(const fs::path& root);
void age_stamp(const fs::path& root, std::chrono::seconds by);
// That a claim was read back; that the unit became leader where there is no peer relation.
void age_read_back(const fs::path& root, std::chrono::seconds by);
void age_alone_since(const fs::path& root, std::chrono::seconds by);

}  // namespace charm_test
