#pragma once
// A stand-in for Juju: one model with one application of N units, whose hooks really run, as
// processes, with the environment and the hook tools that Juju gives them. A Fleet decides what
// Juju decides: which hooks a unit gets and in which order, who holds the lease, what a hook's exit
// commits and whom that wakes. It knows nothing of what the charm does, keeps everything below
// Options::work, and is driven by one thread. Hook tools are the program juju-hook-tool; the small
// command line is juju-fleet.
//
// All changes (set_config, elect, kill, ...) only queue hooks. settle() plays them, step() plays
// one.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace standin {

enum class Mode { juju_3_6, juju_4_0 };

using StringMap = std::map<std::string, std::string>;

struct Options {
  std::filesystem::path charm;  // a staged charm: metadata.yaml, config.yaml, hooks/, actions/
  std::filesystem::path work;   // made if missing; everything the stand-in writes lies below it
  Mode mode = Mode::juju_4_0;
  std::string application = "django-cron";
  std::string principal = "django-app";  // empty: the charm is itself a principal
  bool peer_relation = true;             // false: as if metadata.yaml had no peers
  std::uint64_t seed = 1;                // of the scheduler and of elections
  StringMap config;                      // as given to `juju deploy --config`
  std::string model = "prod";
  bool numbers_as_floats = false;  // config-get prints an int option as 15.0
  int attempts = 3;                // a hook that failed so often leaves its unit in error
  std::chrono::milliseconds hook_timeout{60'000};  // then the hook's process group is killed
  // Added to every hook's environment; nothing of Juju, for the test's own ends.
  StringMap environment;
};

/// How one hook or action went.
struct HookResult {
  int exit_status = 0;  // 128+n when signal n ended it; 126 when it could not be executed
  std::string out, err;
  bool committed = false;  // exit 0, and what it had buffered could be written
  bool skipped = false;    // the charm has no such hook: nothing ran, and that is no failure
  // Of an action only:
  StringMap results;                   // action-set, keys joined with dots
  std::optional<std::string> failure;  // action-fail, or why Juju calls it failed
  std::vector<std::string> progress;   // action-log
};

/// A hook that was played, in the order of playing. `remote` is JUJU_REMOTE_UNIT, or the
/// application's name when the application's data changed.
struct HookRun {
  std::string unit, hook, remote;
  int exit_status = 0;
  bool committed = false;
  bool skipped = false;  // no such hook in the charm, or leadership had moved on before its turn
};

/// What `juju status` shows of a unit.
struct Status {
  std::string state;  // active, blocked, waiting, maintenance; as the charm last said
  std::string message;
  std::string version;  // application-version-set
  bool in_error = false;
  std::string failed_hook;  // when in error
  bool reachable = true;
  bool gone = false;
};

/// One line of `juju debug-log`. A hook's stdout comes as DEBUG, its stderr as WARNING.
struct LogLine {
  std::string unit, hook, level, message;
};

/// One call of a hook tool.
struct ToolCall {
  std::string unit, hook, tool;
  std::vector<std::string> arguments;
  std::string input;  // what --file - read
  int exit_status = 0;
};

/// What a hook tool does instead of, or besides, its work.
struct Fault {
  enum class Kind {
    fail,        // exit 1, "ERROR <message>"
    nonsense,    // prints garbage, exit 0, no effect
    missing,     // not on the hook's PATH (skip does not apply)
    slow,        // answers after `delay`
    kill_hook,   // the whole hook is killed with SIGKILL at this call
    lose_lease,  // answers, and then this unit is no longer leader; nobody is
  };
  Kind kind = Kind::fail;
  std::chrono::milliseconds delay{0};
  std::size_t skip = 0;  // in each hook, let this many calls of the tool pass first
  std::string message;   // empty: what Juju would say
};

class Fleet {
 public:
  /// A new, empty model; throws if `options.work` holds one already.
  explicit Fleet(Options options);
  /// The model that save() left in `work`.
  static Fleet open(const std::filesystem::path& work);
  Fleet(Fleet&&) noexcept;
  Fleet& operator=(Fleet&&) noexcept;
  /// Kills what hooks left running (found by JUJU_AGENT_SOCKET_ADDRESS in its environment); saves
  /// nothing.
  ~Fleet();
  void save() const;

  // --- What an operator, or fate, does. Unknown or gone units and wrong values throw
  // --- std::invalid_argument, with nothing changed.

  void deploy(int count);
  std::string add_unit();
  /// Departed from each peer, broken, stop, remove, then the lease moves on. With `force` no hook
  /// of the unit runs; its files stay.
  void remove_unit(const std::string& unit, bool force = false);
  /// Throws for an option that config.yaml lacks and for a value of the wrong type. Values that are
  /// set already queue nothing.
  void set_config(const StringMap& values);
  void reset_config(const std::string& key);
  /// The lease is lost and nobody has it until elect(). No hook tells.
  void depose();
  /// `unit` gets the lease, and leader-elected; whoever had it loses it and is not told.
  void elect(const std::string& unit);
  /// The machine is gone for good: no hooks ever again, the lease moves, the peers see it depart.
  void kill(const std::string& unit);
  /// Cut off: no hooks, its queue waits; a lease it had moves to another reachable unit.
  void partition(const std::string& unit);
  void heal(const std::string& unit);
  /// <root>/run is emptied, then `start`.
  void reboot(const std::string& unit);
  /// upgrade-charm and config-changed on each unit, from the newly staged `charm`.
  void refresh(const std::filesystem::path& charm);
  void update_status();
  void update_status(const std::string& unit);
  /// As if a leader had written these long ago: nobody is told.
  void set_application_data(const StringMap& values);
  /// Lets a unit in error try its failed hook again.
  void resolve(const std::string& unit);

  // --- Playing hooks.

  /// Plays one queued hook of one unit, chosen by the seeded scheduler. False: nothing can be
  /// played.
  bool step();
  /// Plays until no reachable unit that is not in error has a queued hook.
  void settle();
  /// One hook now, past the queue, committing like Juju; it does not move the unit through its
  /// life. `extra_env` comes last, so it can name a JUJU_REMOTE_UNIT.
  HookResult run_hook(const std::string& unit, const std::string& hook,
                      const StringMap& extra_env = {});
  /// Runs on units in error too. Parameters and defaults are those of actions.yaml; throws for an
  /// action or a parameter it does not have.
  HookResult run_action(const std::string& unit, const std::string& action,
                        const StringMap& parameters = {});
  /// Called after each hook's exit and before its commit: the place to move the lease between the
  /// two.
  void before_commit(
      std::function<void(const std::string& unit, const std::string& hook)> callback);

  // --- Looking.

  [[nodiscard]] std::vector<std::string> units() const;  // those neither killed nor removed
  [[nodiscard]] std::optional<std::string> leader() const;
  [[nodiscard]] std::filesystem::path root(const std::string& unit) const;  // its LEADER_CRON_ROOT
  [[nodiscard]] Status status(const std::string& unit) const;
  [[nodiscard]] std::vector<std::string> queued(const std::string& unit) const;  // names of hooks
  [[nodiscard]] StringMap application_data() const;
  [[nodiscard]] StringMap unit_data(const std::string& unit) const;
  [[nodiscard]] StringMap state(const std::string& unit) const;  // state-set
  [[nodiscard]] StringMap leader_settings() const;               // leader-set
  [[nodiscard]] std::vector<LogLine> log() const;
  /// Since this object was made, or reset_counters().
  [[nodiscard]] std::vector<HookRun> history() const;
  [[nodiscard]] const Options& options() const;

  // --- Counting, since the start of the model or reset_counters().

  [[nodiscard]] std::size_t tool_calls(const std::string& unit) const;
  [[nodiscard]] std::map<std::string, std::size_t> tool_calls_by_name(
      const std::string& unit) const;
  [[nodiscard]] std::size_t hooks_run(const std::string& unit) const;  // tries count, skips do not
  [[nodiscard]] std::map<std::string, std::size_t> hooks_run_by_name(const std::string& unit) const;
  [[nodiscard]] std::size_t hooks_skipped(const std::string& unit) const;
  /// Every call with its arguments, of all units. Read from a file: not for a tight loop.
  [[nodiscard]] std::vector<ToolCall> calls() const;
  void reset_counters();

  // --- Faults, from the next hook on. Tool "*" is every tool. One fault a unit and tool.

  void set_fault(const std::string& unit, const std::string& tool, Fault fault);
  void clear_faults();

 private:
  class Impl;
  explicit Fleet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace standin
