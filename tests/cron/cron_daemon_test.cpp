// Of the harness (does it run, wait, end and clean up as it says) and of the ground leader-cron
// stands on: what Debian's real cron does with a crontab, as docs/ and the code claim it does.
#include "cron_daemon.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace cron_harness {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::floor;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year_month_day;
using Minute = std::chrono::sys_time<minutes>;

constexpr sys_seconds kMonday = sys_days(2026y / 1 / 5);

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void set_time(const fs::path& path, sys_seconds time) {
  const timespec both[2] = {{time.time_since_epoch().count(), 0},
                            {time.time_since_epoch().count(), 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), both, 0), 0) << path;
}

size_t count(const std::string& text, const std::string& what) {
  size_t found = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

// A pretend unit: a root folder that goes away with it.
class Unit {
 public:
  Unit() {
    std::string name = "/tmp/cron-unit.XXXXXX";
    if (mkdtemp(name.data()) == nullptr || chmod(name.c_str(), 0755) != 0)
      throw std::runtime_error("cannot make a folder in /tmp");
    root_ = name;
    for (const char* folder : {"etc/cron.d", "usr/local/bin", "var/lib", "run"})
      fs::create_directories(root_ / folder);
  }
  ~Unit() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;

  fs::path root() const { return root_; }
  fs::path folder() const { return root_ / "etc/cron.d"; }
  fs::path file(const std::string& name) const { return folder() / name; }
  void write_crontab(const std::string& text, const std::string& name = "jobs") const {
    std::ofstream(file(name), std::ios::binary) << text;
    ASSERT_EQ(chmod(file(name).c_str(), 0644), 0);
  }
  std::string written(const std::string& name) const { return read(root_ / "var/lib" / name); }

  CronDaemonOptions options(sys_seconds start = kMonday) const {
    CronDaemonOptions options;
    options.root = root_;
    options.start = start;
    return options;
  }

 private:
  fs::path root_;
};

class CronDaemonTest : public testing::Test {
 protected:
  void SetUp() override {
    static const auto why = why_cron_cannot_run_here();
    if (why) GTEST_SKIP() << *why;
  }
  Unit unit_;
};

// ---- the harness ----

TEST_F(CronDaemonTest, RunsAJobOnceInEachMinuteItPasses) {
  unit_.write_crontab("* * * * * root echo ran >> /var/lib/ran\n");
  CronDaemon cron(unit_.options());
  EXPECT_EQ(unit_.written("ran"), "");
  for (size_t passed = 1; passed <= 5; ++passed) {
    cron.run_minutes(1);
    EXPECT_EQ(count(unit_.written("ran"), "ran\n"), passed) << cron.log();
  }
  cron.run_minutes(60);
  EXPECT_EQ(count(unit_.written("ran"), "ran\n"), 65U);
  EXPECT_NE(cron.log().find("2026-01-05T01:05:01Z (root) CMD (echo ran >> /var/lib/ran)"),
            std::string::npos)
      << cron.log();
}

TEST_F(CronDaemonTest, AMinuteIsTheSameWhereverInItCronStarts) {
  for (const auto second : {0s, 1s, 30s, 59s}) {
    Unit unit;
    unit.write_crontab(
        "1 0 * * * root echo first >> /var/lib/ran\n2 0 * * * root echo second >> /var/lib/ran\n");
    CronDaemon cron(unit.options(kMonday + second));
    EXPECT_EQ(cron.now(), kMonday + second);
    cron.run_minutes(1);
    EXPECT_EQ(cron.now(), kMonday + 90s);
    EXPECT_EQ(unit.written("ran"), "first\n") << second.count() << '\n' << cron.log();
    cron.run_minutes(1);
    EXPECT_EQ(cron.now(), kMonday + 150s);
    EXPECT_EQ(unit.written("ran"), "first\nsecond\n") << second.count() << '\n' << cron.log();
  }
}

TEST_F(CronDaemonTest, WaitsForJobsAndForWhatTheyLeaveBehind) {
  unit_.write_crontab(
      "* * * * * root sleep 0.3; echo foreground >> /var/lib/ran\n"
      "* * * * * root (sleep 0.5; echo background >> /var/lib/ran) >/dev/null 2>&1 &\n");
  CronDaemon cron(unit_.options());
  cron.run_minutes(2);
  EXPECT_EQ(count(unit_.written("ran"), "foreground"), 2U);
  EXPECT_EQ(count(unit_.written("ran"), "background"), 2U);
}

TEST_F(CronDaemonTest, JobsMayOverlapWhenAsked) {
  unit_.write_crontab(
      "* * * * * root echo begin >> /var/lib/ran; until [ -e /var/lib/go ]; do sleep 0.02; done; "
      "echo end >> /var/lib/ran\n");
  CronDaemon cron(unit_.options());
  cron.start_minutes(2);
  EXPECT_EQ(cron.now(), kMonday + 150s);
  for (int tries = 0; tries < 1000 && count(unit_.written("ran"), "begin") < 2; ++tries)
    std::this_thread::sleep_for(10ms);
  EXPECT_EQ(unit_.written("ran"), "begin\nbegin\n");
  std::ofstream(unit_.root() / "var/lib/go") << "";
  cron.wait_for_jobs();
  EXPECT_EQ(unit_.written("ran"), "begin\nbegin\nend\nend\n");
  EXPECT_EQ(cron.now(), kMonday + 150s);
}

TEST_F(CronDaemonTest, GivesJobsTheirEnvironmentAndNoneOfItsOwn) {
  unit_.write_crontab("IS_LEADER=True\n* * * * * root env > /var/lib/env\n");
  auto options = unit_.options();
  options.environment = {{"FROM_ETC_ENVIRONMENT", "yes"}};
  setenv("OF_THE_TEST", "yes", 1);
  CronDaemon cron(options);
  cron.run_minutes(1);
  std::istringstream lines(unit_.written("env"));
  std::set<std::string> names;
  for (std::string line; std::getline(lines, line);) names.insert(line.substr(0, line.find('=')));
  // PWD is the shell's, LANG may come from the machine's /etc/default/locale.
  for (const char* of_the_machine : {"PWD", "LANG", "LANGUAGE", "LC_ALL"})
    names.erase(of_the_machine);
  EXPECT_EQ(names, (std::set<std::string>{"FROM_ETC_ENVIRONMENT", "HOME", "IS_LEADER", "LOGNAME",
                                          "PATH", "SHELL", "TZ"}));
}

TEST_F(CronDaemonTest, JobsRunAsTheirUserInTheUnitsFolders) {
  unit_.write_crontab(
      "* * * * * nobody id -un > /var/lib/open/user; ls /usr/local/bin /run > "
      "/var/lib/open/seen\n");
  fs::create_directory(unit_.root() / "var/lib/open");
  fs::permissions(unit_.root() / "var/lib/open", fs::perms::all);
  std::ofstream(unit_.root() / "usr/local/bin/only-here") << "";
  CronDaemon cron(unit_.options());
  cron.run_minutes(1);
  EXPECT_EQ(unit_.written("open/user"), "nobody\n") << cron.log();
  EXPECT_EQ(unit_.written("open/seen"),
            "/run:\ncrond.pid\ncrond.reboot\n\n/usr/local/bin:\nonly-here\n");
}

TEST_F(CronDaemonTest, JobsInheritNoDescriptor) {
  unit_.write_crontab("* * * * * root ls /proc/self/fd > /var/lib/descriptors\n");
  CronDaemon cron(unit_.options());
  cron.run_minutes(1);
  EXPECT_EQ(unit_.written("descriptors"), "0\n1\n2\n3\n");  // the last is ls's own
}

TEST_F(CronDaemonTest, LeavesNothingMountedAndNoProcess) {
  // As long as any process of the unit lives, one holds this lock.
  unit_.write_crontab(
      "* * * * * root flock /var/lib/lock sh -c 'touch /var/lib/held; sleep 1000'\n"
      "* * * * * root setsid flock -s /var/lib/lock2 sh -c 'touch /var/lib/held2; sleep 1000' &\n");
  const std::string mounts = read("/proc/self/mountinfo");
  ASSERT_NE(mounts, "");
  {
    CronDaemon cron(unit_.options());
    cron.start_minutes(1);
    for (int tries = 0; tries < 500 && !(fs::exists(unit_.root() / "var/lib/held") &&
                                         fs::exists(unit_.root() / "var/lib/held2"));
         ++tries)
      std::this_thread::sleep_for(10ms);
    ASSERT_TRUE(fs::exists(unit_.root() / "var/lib/held")) << cron.log();
    ASSERT_TRUE(fs::exists(unit_.root() / "var/lib/held2")) << cron.log();
    EXPECT_EQ(read("/proc/self/mountinfo"), mounts);
    EXPECT_EQ(kill(cron.pid(), 0), 0);
  }
  EXPECT_EQ(read("/proc/self/mountinfo"), mounts);
  for (const char* name : {"lock", "lock2"}) {
    const int lock = open((unit_.root() / "var/lib" / name).c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_GE(lock, 0);
    EXPECT_EQ(flock(lock, LOCK_EX | LOCK_NB), 0) << name;
    close(lock);
  }
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST_F(CronDaemonTest, DoesNotOutliveTheTestProgram) {
  unit_.write_crontab(
      "* * * * * root flock /var/lib/lock sh -c 'touch /var/lib/held; sleep 1000'\n");
  const pid_t program = fork();
  ASSERT_GE(program, 0);
  if (program == 0) {
    setenv("TMPDIR", unit_.root().c_str(), 1);  // what it cannot clean up goes with the unit
    CronDaemon cron(unit_.options());
    cron.start_minutes(1);
    pause();
    _exit(0);
  }
  for (int tries = 0; tries < 1000 && !fs::exists(unit_.root() / "var/lib/held"); ++tries)
    std::this_thread::sleep_for(10ms);
  const bool held = fs::exists(unit_.root() / "var/lib/held");
  kill(program, SIGKILL);
  waitpid(program, nullptr, 0);
  ASSERT_TRUE(held);
  const int lock = open((unit_.root() / "var/lib/lock").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(lock, 0);
  int locked = -1;
  for (int tries = 0; tries < 500 && locked != 0; ++tries) {
    locked = flock(lock, LOCK_EX | LOCK_NB);
    if (locked != 0) std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(locked, 0);
  close(lock);
}

TEST_F(CronDaemonTest, SaysWhyItCannotStartOrGoOn) {
  auto options = unit_.options();
  options.zone = "Europe/Atlantis";
  EXPECT_THROW(CronDaemon{options}, std::runtime_error);

  options = unit_.options();
  options.arguments = {"--no-such-option"};
  try {
    CronDaemon cron(options);
    FAIL() << "started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("usage"), std::string::npos) << error.what();
  }

  unit_.write_crontab("* * * * * root sleep 1000\n");
  options = unit_.options();
  options.patience = 2s;
  CronDaemon cron(options);
  try {
    cron.run_minutes(1);
    FAIL() << "did not wait";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("patience"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("CMD (sleep 1000)"), std::string::npos)
        << error.what();
  }
}

TEST_F(CronDaemonTest, RestartsAndReboots) {
  unit_.write_crontab("@reboot root echo booted >> /var/lib/ran\n");
  { CronDaemon cron(unit_.options()); }
  EXPECT_EQ(unit_.written("ran"), "booted\n");
  { CronDaemon cron(unit_.options()); }
  EXPECT_EQ(unit_.written("ran"), "booted\n") << "a restarted cron is no reboot";
  fs::remove_all(unit_.root() / "run");
  { CronDaemon cron(unit_.options()); }
  EXPECT_EQ(unit_.written("ran"), "booted\nbooted\n");
}

// ---- one job, many units ----

constexpr const char* kGuarded =
    "* * * * * root [ \"$IS_LEADER\" = True ] || exit 0; echo \"$IS_LEADER\" >> /var/lib/ran; echo "
    "tail >> /var/lib/tail\n";

TEST_F(CronDaemonTest, AGuardedJobRunsOnlyWhereTrue) {
  for (const std::string leader : {"True", "False", "true", "\"\""}) {
    Unit unit;
    unit.write_crontab("IS_LEADER=" + leader + "\n" + kGuarded);
    CronDaemon cron(unit.options());
    cron.run_minutes(3);
    EXPECT_EQ(count(cron.log(), "CMD ("), 3U) << "cron starts it everywhere";
    EXPECT_EQ(unit.written("ran"), leader == "True" ? "True\nTrue\nTrue\n" : "") << leader;
    EXPECT_EQ(count(unit.written("tail"), "tail"), leader == "True" ? 3U : 0U) << leader;
  }
}

TEST_F(CronDaemonTest, ThreeUnitsAtOnceRunItOnce) {
  Unit units[3];
  std::unique_ptr<CronDaemon> crons[3];
  for (int each = 0; each < 3; ++each) {
    units[each].write_crontab(std::string(each == 1 ? "IS_LEADER=True\n" : "IS_LEADER=False\n") +
                              kGuarded);
    set_time(units[each].file("jobs"), kMonday);
    crons[each] = std::make_unique<CronDaemon>(units[each].options());
  }
  for (int minute = 0; minute < 10; ++minute)
    for (auto& cron : crons) cron->run_minutes(1);
  // Leadership moves from the second to the third.
  for (int each = 0; each < 3; ++each) {
    units[each].write_crontab(std::string(each == 2 ? "IS_LEADER=True\n" : "IS_LEADER=False\n") +
                              kGuarded);
    set_time(units[each].file("jobs"), kMonday + 1s);
  }
  for (int minute = 0; minute < 10; ++minute)
    for (auto& cron : crons) cron->run_minutes(1);
  EXPECT_EQ(count(units[0].written("ran"), "True"), 0U);
  EXPECT_EQ(count(units[1].written("ran"), "True"), 10U);
  EXPECT_EQ(count(units[2].written("ran"), "True"), 10U);
}

// ---- when cron notices a change ----

TEST_F(CronDaemonTest, ANewContentIsSeenOnlyInAnotherSecond) {
  const sys_seconds old_second = sys_days(2025y / 12 / 1);
  unit_.write_crontab("* * * * * root echo old >> /var/lib/ran\n");
  set_time(unit_.file("jobs"), old_second);
  set_time(unit_.folder(), old_second);
  CronDaemon cron(unit_.options());
  cron.run_minutes(1);
  ASSERT_EQ(unit_.written("ran"), "old\n") << cron.log();

  // Replaced by rename, the folder's time moves on: still the same second in the file.
  unit_.write_crontab("* * * * * root echo new >> /var/lib/ran\n", ".next");
  set_time(unit_.file(".next"), old_second);
  fs::rename(unit_.file(".next"), unit_.file("jobs"));
  cron.run_minutes(2);
  EXPECT_EQ(unit_.written("ran"), "old\nold\nold\n") << cron.log();

  set_time(unit_.file("jobs"), old_second - 1s);  // earlier will do: it is compared for being other
  cron.run_minutes(1);
  EXPECT_EQ(unit_.written("ran"), "old\nold\nold\nnew\n") << cron.log();
}

TEST_F(CronDaemonTest, ANewFileIsSeenOnlyWhenTheFoldersSecondChanged) {
  const sys_seconds look = sys_days(2025y / 12 / 1);
  unit_.write_crontab("* * * * * root true\n", "other");
  set_time(unit_.folder(), look);
  CronDaemon cron(unit_.options());
  cron.run_minutes(1);

  unit_.write_crontab("* * * * * root echo ran >> /var/lib/ran\n");
  set_time(unit_.folder(), look);  // as if created in the second of the folder's last change
  cron.run_minutes(3);
  EXPECT_EQ(unit_.written("ran"), "") << cron.log();

  set_time(unit_.folder(), look + 1s);
  cron.run_minutes(1);
  EXPECT_EQ(unit_.written("ran"), "ran\n") << cron.log();
}

TEST_F(CronDaemonTest, ABadLineDropsTheWholeFileAndMendingBringsItBack) {
  const std::string good = "* * * * * root echo ran >> /var/lib/ran\n";
  const sys_seconds second = sys_days(2025y / 12 / 1);
  int version = 0;
  unit_.write_crontab(good);
  set_time(unit_.file("jobs"), second);
  CronDaemon cron(unit_.options());
  cron.run_minutes(1);
  size_t ran = 1;
  ASSERT_EQ(count(unit_.written("ran"), "ran"), ran);
  for (const std::string& bad : std::vector<std::string>{
           "* 25 * * * root true\n", "* * * * * no-such-user true\n", "* * * * * root\n", "NAME=\n",
           "* * * * * root " + std::string(999, 'x') + "\n", "* * * * * root true"}) {
    unit_.write_crontab(good + bad);
    set_time(unit_.file("jobs"), second + seconds(++version));
    cron.run_minutes(2);
    EXPECT_EQ(count(unit_.written("ran"), "ran"), ran) << bad << cron.log();
    unit_.write_crontab(good);
    set_time(unit_.file("jobs"), second + seconds(++version));
    cron.run_minutes(1);
    EXPECT_EQ(count(unit_.written("ran"), "ran"), ++ran) << bad << cron.log();
  }
  EXPECT_NE(cron.log().find("Error: bad hour; while reading /etc/cron.d/jobs"), std::string::npos)
      << cron.log();
}

// ---- what cron reads ----

TEST_F(CronDaemonTest, PercentEndsTheCommandAndFeedsItsInput) {
  unit_.write_crontab(
      "* * * * * root cat > /var/lib/input%first%second\\%third\n"
      "* * * * * root echo 100\\% > /var/lib/escaped\n");
  CronDaemon cron(unit_.options());
  cron.run_minutes(1);
  EXPECT_EQ(unit_.written("input"), "first\nsecond%third\n") << cron.log();
  EXPECT_EQ(unit_.written("escaped"), "100%\n") << cron.log();
}

TEST_F(CronDaemonTest, NamesWithADotAreIgnored) {
  for (const char* name : {"jobs.tmp", ".jobs", "jobs.dpkg-dist", "jobs~"})
    unit_.write_crontab("* * * * * root echo dotted >> /var/lib/ran\n", name);
  unit_.write_crontab("* * * * * root echo plain >> /var/lib/ran\n", "Plain_name-1");
  CronDaemon cron(unit_.options());
  cron.run_minutes(1);
  EXPECT_EQ(unit_.written("ran"), "plain\n");
}

TEST_F(CronDaemonTest, AFileOthersMayWriteIsRefused) {
  unit_.write_crontab("* * * * * root echo ran >> /var/lib/ran\n");
  ASSERT_EQ(chmod(unit_.file("jobs").c_str(), 0664), 0);
  CronDaemon cron(unit_.options());
  cron.run_minutes(1);
  EXPECT_EQ(unit_.written("ran"), "");
  EXPECT_NE(cron.log().find("INSECURE MODE"), std::string::npos) << cron.log();
}

// ---- recording ----

TEST_F(CronDaemonTest, RecordsAWeek) {
  const auto found = firings({{"jobs", "*/15 9-17 * * 1-5 nobody /bin/some thing%input\n"}},
                             kMonday, kMonday + std::chrono::days(7));
  std::vector<Firing> expected;
  for (Minute at = floor<minutes>(kMonday); at < kMonday + std::chrono::days(5); at += 15min) {
    const auto hour = at - floor<std::chrono::days>(at);
    if (hour >= 9h && hour < 18h) expected.push_back({at, "nobody", "/bin/some thing"});
  }
  ASSERT_EQ(expected.size(), 5U * 9 * 4);
  EXPECT_EQ(found, expected);
}

TEST_F(CronDaemonTest, RecordsFromStartUpToButNotAtTheEnd) {
  const std::vector<CrontabFile> every = {{"jobs", "* * * * * root x\n"}};
  const auto at = [](const std::vector<Firing>& found) {
    std::vector<minutes> offsets;
    offsets.reserve(found.size());
    for (const Firing& firing : found) offsets.push_back(firing.at - floor<minutes>(kMonday));
    return offsets;
  };
  EXPECT_EQ(at(firings(every, kMonday, kMonday + 3min)), (std::vector<minutes>{0min, 1min, 2min}));
  EXPECT_EQ(at(firings(every, kMonday + 1s, kMonday + 121s)), (std::vector<minutes>{1min, 2min}));
  EXPECT_EQ(at(firings(every, kMonday, kMonday)), (std::vector<minutes>{}));
}

TEST_F(CronDaemonTest, RecordingRunsNothing) {
  unit_.write_crontab("* * * * * root echo ran >> /var/lib/ran\n");
  auto options = unit_.options();
  options.jobs = Jobs::kRecord;
  CronDaemon cron(options);
  cron.run_minutes(3);
  EXPECT_EQ(cron.firings().size(), 3U);
  EXPECT_EQ(unit_.written("ran"), "");
  // Nor when cron keeps silent about what it runs.
  options.arguments = {"-L", "0"};
  fs::remove_all(unit_.root() / "run");
  CronDaemon silent(options);
  silent.run_minutes(3);
  EXPECT_EQ(unit_.written("ran"), "");
}

TEST_F(CronDaemonTest, RecordsAgreeWithRuns) {
  const std::string jobs =
      "*/2 * * * * root echo two >> /var/lib/ran\n"
      "1-9/3,7 * * * * root echo list >> /var/lib/ran\n"
      "5 0 * * * root echo five >> /var/lib/ran\n";
  unit_.write_crontab(jobs);
  CronDaemon cron(unit_.options(kMonday - 30s));
  cron.run_minutes(20);
  const auto found = firings({{"jobs", jobs}}, kMonday, kMonday + 20min);
  EXPECT_EQ(count(cron.log(), " CMD ("), found.size());
  for (const char* word : {"two", "list", "five"})
    EXPECT_EQ(count(unit_.written("ran"), word),
              static_cast<size_t>(std::count_if(found.begin(), found.end(),
                                                [word](const Firing& each) {
                                                  return each.command == std::string("echo ") +
                                                                             word +
                                                                             " >> /var/lib/ran";
                                                })))
        << word;
}

TEST_F(CronDaemonTest, RecordsAYearAndWhatIsRefused) {
  const sys_days start = 2024y / 1 / 1;
  const sys_days end = 2025y / 1 / 1;
  const auto [found, log] = record({{"rare",
                                     "0 12 29 2 * root leap\n"
                                     "0 0 13 * 5 root either\n"
                                     "0 0 31 4 * root never\n"
                                     "0 22-2 * * * root backward\n"}},
                                   start, end);
  std::vector<Firing> expected;
  for (sys_days day = start; day < end; day += std::chrono::days(1)) {
    if (day == sys_days(2024y / 2 / 29)) expected.push_back({day + 12h, "root", "leap"});
    if (std::chrono::weekday(day) == std::chrono::Friday || year_month_day(day).day() == 13d)
      expected.push_back({day, "root", "either"});
  }
  EXPECT_EQ(found, expected) << log;

  const auto refused = record(
      {{"bad", "* * * * * root good\n60 * * * * root bad\n"}, {"good", "* * * * * root good\n"}},
      kMonday, kMonday + 2min);
  EXPECT_EQ(refused.firings.size(), 2U);
  EXPECT_EQ(count(refused.log, "Error: bad minute; while reading /etc/cron.d/bad"), 1U)
      << refused.log;
}

// ---- daylight saving, Europe/Berlin ----

class CronDaemonInBerlinTest : public CronDaemonTest {
 protected:
  void SetUp() override {
    CronDaemonTest::SetUp();
    if (IsSkipped()) return;
    if (const auto why = why_zone_is_unknown("Europe/Berlin")) GTEST_SKIP() << *why;
  }
  // When it fires on that day, in UTC.
  static std::vector<std::string> on(const std::string& schedule, sys_days day) {
    std::vector<std::string> times;
    for (const Firing& firing :
         firings({{"jobs", schedule + " root x\n"}}, day - 2h, day + 12h, "Europe/Berlin")) {
      const std::chrono::hh_mm_ss clock(firing.at - floor<std::chrono::days>(firing.at));
      char text[8];
      snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(clock.hours().count()),
               static_cast<int>(clock.minutes().count()));
      times.emplace_back(text);
    }
    return times;
  }
  using Times = std::vector<std::string>;
  static constexpr sys_days kShortDay = 2026y / 3 / 29;  // 01:59 UTC+1 is followed by 03:00 UTC+2
  static constexpr sys_days kLongDay = 2026y / 10 / 25;  // 02:59 UTC+2 is followed by 02:00 UTC+1
  static constexpr sys_days kPlainDay = 2026y / 6 / 10;
};

TEST_F(CronDaemonInBerlinTest, AFixedTimeIsCaughtUpAndNotRepeated) {
  EXPECT_EQ(on("30 2 * * *", kPlainDay), Times{"00:30"});
  EXPECT_EQ(on("30 2 * * *", kShortDay), Times{"01:00"}) << "at 03:00";
  EXPECT_EQ(on("30 2 * * *", kLongDay), Times{"00:30"}) << "the first 02:30";
}

TEST_F(CronDaemonInBerlinTest, AWildcardFollowsTheClock) {
  EXPECT_EQ(on("*/15 2 * * *", kShortDay), Times{});
  EXPECT_EQ(on("*/15 2 * * *", kLongDay),
            (Times{"00:00", "00:15", "00:30", "00:45", "01:00", "01:15", "01:30", "01:45"}));
  for (const sys_days day : {kShortDay, kLongDay, kPlainDay}) {
    Times every_hour;
    for (const char* hour :
         {"22", "23", "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11"})
      every_hour.push_back(std::string(hour) + ":30");
    EXPECT_EQ(on("30 * * * *", day), every_hour);
  }
}

TEST_F(CronDaemonInBerlinTest, JobsAreInTheZoneToo) {
  unit_.write_crontab("* * * * * root date +\\%Z > /var/lib/zone\n");
  auto options = unit_.options();
  options.zone = "Europe/Berlin";
  CronDaemon cron(options);
  cron.run_minutes(1);
  EXPECT_EQ(unit_.written("zone").substr(0, 2), "CE") << "CET or CEST: a job has the real date";
}

}  // namespace
}  // namespace cron_harness
