// A service whose jobs really run: installed by the hooks of the staged charm on a unit of its own,
// started as cron starts them or by hand, and what they leave behind. After each test nothing of a
// run may be left: no process, no lock, no broken record. What a run must do is for the tests.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "charm_fixture.h"

namespace charm_test {

// A program that was started and is waited for at the latest by the destructor, which kills it.
class Started {
 public:
  Started(const std::vector<std::string>& arguments,
          const std::map<std::string, std::string>& environment);
  Started(Started&& other) noexcept;
  Started& operator=(Started&&) = delete;
  ~Started();

  pid_t id() const { return process_; }
  bool has_ended();
  ShellResult wait();  // out and err are what it printed

 private:
  pid_t process_ = -1;
  std::optional<int> status_;
  std::string folder_;
};

// Until `condition` holds; false when it did not in a minute.
bool becomes_true(const std::function<bool()>& condition);

// Why no mount namespace can be made here.
std::optional<std::string> why_no_mounts();

class SupervisedService : public testing::Test {
 protected:
  SupervisedService();
  // Every job that left records must start again, for its lock must be free; and records are whole.
  void TearDown() override;

  // Jobs a, b, timed (timeout 1s), several (overlap: allow), www (user www-data), nob (user
  // nobody), whose command is to evaluate $DO, then those of `more`.
  void install(const std::string& more = "");
  void hook(const std::string& name = "update-status");
  void configure(const std::string& jobs);  // and config-changed

  std::string in_folder(const std::string& name) const { return folder_.path() / name; }
  fs::path root() const { return fleet_->root("django-cron/0"); }
  fs::path program() const { return root() / "usr/local/bin/django-app-maintenance"; }
  fs::path state() const { return root() / "var/lib/django-app-maintenance"; }
  // Whoever has it; else where its first run will make it.
  fs::path run_folder(const std::string& job) const;
  fs::path record_file(const std::string& job) const { return run_folder(job) / "records.jsonl"; }
  std::string juju_status() const;

  // Cron's environment, with DO and what else the command is to see.
  std::map<std::string, std::string> crons_environment(
      const std::string& command, const std::map<std::string, std::string>& more = {}) const;
  Started start(const std::string& job, const std::string& command,
                const std::map<std::string, std::string>& more = {}) const;
  ShellResult by_cron(const std::string& job, const std::string& command,
                      const std::map<std::string, std::string>& more = {}) const;
  ShellResult by_hand(const std::string& words,
                      const std::map<std::string, std::string>& more = {}) const;
  // A script of root's shell in a mount namespace of its own. In its environment, cron's: $STATE,
  // $SUPERVISOR, $OUT (a folder that outlives it).
  ShellResult in_mount_namespace(const std::string& script) const;

  // What the file holds, oldest first; of a line that is no JSON, null.
  std::vector<nlohmann::json> records(const std::string& job) const;
  nlohmann::json last_record(const std::string& job) const;
  std::vector<std::string> results(const std::string& job) const;  // success, skipped, ...
  nlohmann::json history(const std::string& words) const;

  // All processes of this test's runs: those whose environment or words hold mark().
  std::vector<pid_t> processes() const;
  const std::string& mark() const { return mark_; }  // may follow `sleep`

  // For tests that break a job for good.
  void expect_no_free_lock() { expect_free_locks_ = false; }

 private:
  TemporaryFolder folder_;
  std::string mark_;
  std::optional<standin::Fleet> fleet_;
  bool expect_free_locks_ = true;
};

// Empty, or what is wrong with a file of records: every line is JSON and ends.
std::string what_is_wrong_with_records(const fs::path& file);

// The lines that come to <root>/dev/log.
class SystemLogSocket {
 public:
  explicit SystemLogSocket(const fs::path& root);
  SystemLogSocket(const SystemLogSocket&) = delete;
  SystemLogSocket& operator=(const SystemLogSocket&) = delete;
  ~SystemLogSocket();

  // Reads until `process` has ended, and what is there then.
  std::vector<std::string> lines_until_end_of(Started& process);

 private:
  fs::path path_;
  int socket_ = -1;
};

}  // namespace charm_test
