// juju-fleet: a small command line over Fleet, for demos. The model is a folder; each call opens
// it, does one thing, plays all hooks that follow from it, and saves. Nothing here knows Juju's
// rules.

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>

#include "fleet.h"

namespace {

using standin::Fleet;
using standin::StringMap;
using Words = std::vector<std::string>;

constexpr char kUsage[] =
    R"(juju-fleet: a stand-in for Juju that runs a staged charm on units that are folders

usage: juju-fleet MODEL COMMAND ...        (MODEL is a folder; deploy makes it)

  deploy N --charm DIR [--mode 3.6|4.0] [--application NAME] [--principal NAME|'']
           [--no-peer-relation] [--seed N] [--config KEY=VALUE|KEY=@FILE ...]
  add-unit                         one more unit
  remove-unit UNIT [--force]       stop and remove run; with --force nothing does
  config KEY=VALUE|KEY=@FILE ...   set options
  config --reset KEY               back to the default
  config                           show what is set
  elect UNIT | depose              move the lease | take it from the leader
  kill UNIT                        its machine is lost for good
  partition UNIT | heal UNIT       cut it off | connect it again
  reboot UNIT                      /run emptied, start hook
  refresh DIR                      upgrade to the charm staged in DIR
  update-status [UNIT]             one round of update-status
  resolved UNIT                    try the failed hook of a unit in error again
  run-hook UNIT HOOK               one hook now, past the queue
  run-action UNIT ACTION [KEY=VALUE ...]
  fault UNIT TOOL fail|nonsense|missing|slow:MS|kill_hook|lose_lease    or: fault --clear
  status | root UNIT | log | counts | data | calls

Hooks that a command causes are played before it returns.
)";

struct Mistake : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The words of a command, taken from the front.
class Arguments {
 public:
  explicit Arguments(Words words) : words_(std::move(words)) {}
  [[nodiscard]] bool empty() const { return next_ == words_.size(); }
  std::string next(const char* what) {
    if (empty()) throw Mistake(fmt::format("{} is missing", what));
    return words_[next_++];
  }
  bool next_is(const char* word) {
    const bool is = !empty() && words_[next_] == word;
    if (is) ++next_;
    return is;
  }
  void done() const {
    if (!empty()) throw Mistake(fmt::format("unexpected argument '{}'", words_[next_]));
  }

 private:
  Words words_;
  std::size_t next_ = 0;
};

void add_pair(StringMap& values, const std::string& word) {
  const auto equals = word.find('=');
  if (equals == std::string::npos) throw Mistake(fmt::format("'{}' is not KEY=VALUE", word));
  std::string value = word.substr(equals + 1);
  if (value.starts_with('@')) {
    std::ifstream file(value.substr(1), std::ios::binary);
    if (!file) throw Mistake(fmt::format("cannot read '{}'", value.substr(1)));
    value.assign(std::istreambuf_iterator<char>(file), {});
  }
  values[word.substr(0, equals)] = value;
}

StringMap pairs(Arguments& arguments) {
  StringMap values;
  while (!arguments.empty()) add_pair(values, arguments.next("KEY=VALUE"));
  return values;
}

int number(const std::string& word) {
  try {
    std::size_t used = 0;
    const int value = std::stoi(word, &used);
    if (used == word.size() && value >= 0) return value;
  } catch (const std::exception&) {  // said below
  }
  throw Mistake(fmt::format("'{}' is not a number", word));
}

Fleet deploy(const std::string& model, Arguments& arguments) {
  standin::Options options;
  options.work = model;
  const int count = number(arguments.next("N"));
  while (!arguments.empty()) {
    if (arguments.next_is("--charm")) {
      options.charm = arguments.next("DIR");
    } else if (arguments.next_is("--mode")) {
      const auto mode = arguments.next("3.6 or 4.0");
      if (mode != "3.6" && mode != "4.0") throw Mistake("the mode is 3.6 or 4.0");
      options.mode = mode == "3.6" ? standin::Mode::juju_3_6 : standin::Mode::juju_4_0;
    } else if (arguments.next_is("--application")) {
      options.application = arguments.next("NAME");
    } else if (arguments.next_is("--principal")) {
      options.principal = arguments.next("NAME");
    } else if (arguments.next_is("--no-peer-relation")) {
      options.peer_relation = false;
    } else if (arguments.next_is("--seed")) {
      options.seed = static_cast<std::uint64_t>(number(arguments.next("N")));
    } else if (arguments.next_is("--config")) {
      add_pair(options.config, arguments.next("KEY=VALUE"));
    } else {
      arguments.done();
    }
  }
  if (options.charm.empty()) throw Mistake("--charm DIR is missing");
  Fleet fleet(std::move(options));
  fleet.deploy(count);
  return fleet;
}

void show_status(const Fleet& fleet) {
  const auto& options = fleet.options();
  const bool subordinate = !options.principal.empty();
  fmt::print("{:<12}  {:<10}  {:<9}  {}\n", "Model", "Controller", "Version", "Application");
  fmt::print("{:<12}  {:<10}  {:<9}  {}\n\n", options.model, "stand-in",
             options.mode == standin::Mode::juju_3_6 ? "3.6.9" : "4.0.0", options.application);
  const std::string row = "{:<20}  {:<11}  {:<9}  {}\n";
  fmt::print(fmt::runtime(row), "Unit", "Workload", "Agent", "Message");
  for (const auto& unit : fleet.units()) {
    const auto status = fleet.status(unit);
    if (subordinate) {
      fmt::print(fmt::runtime(row), options.principal + unit.substr(unit.find('/')), "active",
                 status.reachable ? "idle" : "lost", "");
    }
    const std::string name = (subordinate ? "  " : "") + unit + (fleet.leader() == unit ? "*" : "");
    const std::string workload = status.in_error     ? "error"
                                 : !status.reachable ? "unknown"
                                                     : status.state;
    const std::string message =
        status.in_error     ? fmt::format("hook failed: \"{}\"", status.failed_hook)
        : !status.reachable ? "agent lost, see 'juju show-status-log " + unit + "'"
                            : status.message;
    fmt::print(fmt::runtime(row), name, workload, status.reachable ? "idle" : "lost", message);
  }
}

void show_counts(const Fleet& fleet) {
  for (const auto& unit : fleet.units()) {
    fmt::print("{}: {} hooks run, {} skipped, {} tool calls\n", unit, fleet.hooks_run(unit),
               fleet.hooks_skipped(unit), fleet.tool_calls(unit));
    for (const auto& [hook, count] : fleet.hooks_run_by_name(unit)) {
      fmt::print("  hook {:<32} {:>6}\n", hook, count);
    }
    for (const auto& [tool, count] : fleet.tool_calls_by_name(unit)) {
      fmt::print("  tool {:<32} {:>6}\n", tool, count);
    }
  }
}

void show_data(const Fleet& fleet) {
  fmt::print("{}:\n", fleet.options().application);
  for (const auto& [key, value] : fleet.application_data()) fmt::print("  {}: {}\n", key, value);
  for (const auto& unit : fleet.units()) {
    fmt::print("{}:\n", unit);
    for (const auto& [key, value] : fleet.unit_data(unit)) fmt::print("  {}: {}\n", key, value);
  }
}

int show_result(const standin::HookResult& result, bool action) {
  for (const auto& line : result.progress) fmt::print("{}\n", line);
  for (const auto& [key, value] : result.results) fmt::print("{}: {}\n", key, value);
  if (action) {
    if (!result.out.empty()) fmt::print("{}", result.out);
    if (result.failure) fmt::print(stderr, "Action failed: {}\n", *result.failure);
  }
  if (!result.err.empty()) fmt::print(stderr, "{}", result.err);
  return result.failure || !result.committed ? 1 : 0;
}

void set_fault(Fleet& fleet, Arguments& arguments) {
  using Kind = standin::Fault::Kind;
  static const std::map<std::string, Kind> kinds = {{"fail", Kind::fail},
                                                    {"nonsense", Kind::nonsense},
                                                    {"missing", Kind::missing},
                                                    {"kill_hook", Kind::kill_hook},
                                                    {"lose_lease", Kind::lose_lease}};
  if (arguments.next_is("--clear")) return fleet.clear_faults();
  const auto unit = arguments.next("UNIT");
  const auto tool = arguments.next("TOOL");
  const auto word = arguments.next("the fault");
  standin::Fault fault;
  if (word.starts_with("slow:")) {
    fault.kind = Kind::slow;
    fault.delay = std::chrono::milliseconds(number(word.substr(5)));
  } else if (const auto kind = kinds.find(word); kind != kinds.end()) {
    fault.kind = kind->second;
  } else {
    throw Mistake(fmt::format("no such fault: '{}'", word));
  }
  fleet.set_fault(unit, tool, fault);
}

void show_log(const Fleet& fleet) {
  for (const auto& line : fleet.log()) {
    fmt::print("unit-{}: {} {}: {}\n", line.unit, line.level, line.hook, line.message);
  }
}

void show_calls(const Fleet& fleet) {
  for (const auto& call : fleet.calls()) {
    fmt::print("{} {}: {}", call.unit, call.hook, call.tool);
    for (const auto& argument : call.arguments) fmt::print(" {}", argument);
    fmt::print(" -> {}\n", call.exit_status);
  }
}

void configure(Fleet& fleet, Arguments& a) {
  if (a.next_is("--reset")) return fleet.reset_config(a.next("KEY"));
  if (!a.empty()) return fleet.set_config(pairs(a));
  for (const auto& [key, value] : fleet.options().config) fmt::print("{}: {}\n", key, value);
}

using Command = std::function<int(Fleet&, Arguments&)>;

/// A command that only does something, and whose success is exit 0.
template <typename Body>
Command doing(Body body) {
  return [body](Fleet& fleet, Arguments& arguments) {
    body(fleet, arguments);
    return 0;
  };
}

const std::map<std::string, Command>& commands() {
  static const std::map<std::string, Command> table = {
      {"add-unit", doing([](Fleet& f, Arguments&) { fmt::print("{}\n", f.add_unit()); })},
      {"remove-unit", doing([](Fleet& f, Arguments& a) {
         bool force = a.next_is("--force");
         const auto unit = a.next("UNIT");
         force = a.next_is("--force") || force;
         f.remove_unit(unit, force);
       })},
      {"config", doing(configure)},
      {"elect", doing([](Fleet& f, Arguments& a) { f.elect(a.next("UNIT")); })},
      {"depose", doing([](Fleet& f, Arguments&) { f.depose(); })},
      {"kill", doing([](Fleet& f, Arguments& a) { f.kill(a.next("UNIT")); })},
      {"partition", doing([](Fleet& f, Arguments& a) { f.partition(a.next("UNIT")); })},
      {"heal", doing([](Fleet& f, Arguments& a) { f.heal(a.next("UNIT")); })},
      {"reboot", doing([](Fleet& f, Arguments& a) { f.reboot(a.next("UNIT")); })},
      {"refresh", doing([](Fleet& f, Arguments& a) { f.refresh(a.next("DIR")); })},
      {"resolved", doing([](Fleet& f, Arguments& a) { f.resolve(a.next("UNIT")); })},
      {"fault", doing(set_fault)},
      {"update-status", doing([](Fleet& f, Arguments& a) {
         a.empty() ? f.update_status() : f.update_status(a.next("UNIT"));
       })},
      {"run-hook",
       [](Fleet& f, Arguments& a) {
         const auto unit = a.next("UNIT");
         return show_result(f.run_hook(unit, a.next("HOOK")), false);
       }},
      {"run-action",
       [](Fleet& f, Arguments& a) {
         const auto unit = a.next("UNIT");
         const auto action = a.next("ACTION");
         return show_result(f.run_action(unit, action, pairs(a)), true);
       }},
      {"status", doing([](Fleet& f, Arguments&) { show_status(f); })},
      {"root",
       doing([](Fleet& f, Arguments& a) { fmt::print("{}\n", f.root(a.next("UNIT")).string()); })},
      {"log", doing([](Fleet& f, Arguments&) { show_log(f); })},
      {"counts", doing([](Fleet& f, Arguments&) { show_counts(f); })},
      {"data", doing([](Fleet& f, Arguments&) { show_data(f); })},
      {"calls", doing([](Fleet& f, Arguments&) { show_calls(f); })},
  };
  return table;
}

int run(Words words) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    fmt::print("{}", kUsage);
    return words.empty() ? 2 : 0;
  }
  if (words.size() < 2) throw Mistake("COMMAND is missing");
  Arguments arguments(Words(words.begin() + 2, words.end()));
  if (words[1] == "--help" || words[1] == "help") return run({"--help"});
  if (words[1] == "deploy") {
    Fleet fleet = deploy(words[0], arguments);
    fleet.settle();
    fleet.save();
    return 0;
  }
  const auto command = commands().find(words[1]);
  if (command == commands().end()) throw Mistake(fmt::format("no such command: '{}'", words[1]));
  Fleet fleet = Fleet::open(words[0]);
  const int exit_status = command->second(fleet, arguments);
  arguments.done();
  fleet.settle();
  fleet.save();
  return exit_status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(Words(argv + 1, argv + argc));
  } catch (const Mistake& mistake) {
    fmt::print(stderr, "juju-fleet: {} (juju-fleet --help)\n", mistake.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "ERROR {}\n", error.what());
    return 1;
  }
}
