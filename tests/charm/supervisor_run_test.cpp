// One supervised run of real processes: how they end, what they leave behind, what they print, what
// they are given.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>

#include "supervised_service.h"

namespace charm_test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class SupervisorRun : public SupervisedService {
 protected:
  std::string log_of(const std::string& job) const {
    return read(run_folder(job) / "output.log.1") + read(run_folder(job) / "output.log");
  }
};

TEST_F(SupervisorRun, EveryExitStatusIsPassedOnAndOnRecord) {
  install();
  constexpr int kStatuses = 256;
  for (int status = 0; status < kStatuses; ++status)
    EXPECT_EQ(by_cron("a", fmt::format("exit {}", status)).status, status);
  const auto all = records("a");
  ASSERT_EQ(all.size(), std::size_t{kStatuses});
  for (int status = 0; status < kStatuses; ++status) {
    const auto& record = all[static_cast<std::size_t>(status)];
    EXPECT_EQ(record.value("exit-status", -1), status) << record;
    EXPECT_EQ(record.value("result", ""), status == 0 ? "success" : "failure") << record;
    EXPECT_EQ(record.value("failures", -1), status) << record;
    EXPECT_EQ(record.value("runs", -1), status + 1) << record;
  }
}

TEST_F(SupervisorRun, EverySignalThatEndsTheCommandIsOnRecord) {
  install();
  // What stops a process, lets it go on, or does nothing by default; 32 and 33 are glibc's.
  const std::set<int> harmless = {SIGCHLD, SIGCONT, SIGSTOP,  SIGTSTP, SIGTTIN,
                                  SIGTTOU, SIGURG,  SIGWINCH, 32,      33};
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (harmless.contains(signal)) continue;
    const auto result = by_cron("a", fmt::format("ulimit -c 0; kill -{} $$", signal));
    EXPECT_EQ(result.status, 128 + signal);
    const auto record = last_record("a");
    EXPECT_EQ(record.value("signal", 0), signal) << record;
    EXPECT_EQ(record.value("exit-status", 0), 128 + signal) << record;
    EXPECT_EQ(record.value("result", ""), "failure") << record;
  }
}

TEST_F(SupervisorRun, AtATimeoutTheWholeTreeIsTold) {
  install();
  const auto result = by_cron("timed",
                              "setsid sleep $MARK & (setsid sh -c 'sleep $MARK & sleep $MARK' &)\n"
                              "echo working; sleep $MARK");
  EXPECT_EQ(result.status, 124);
  EXPECT_THAT(processes(), IsEmpty());
  const auto record = last_record("timed");
  EXPECT_EQ(record.value("result", ""), "timeout") << record;
  EXPECT_EQ(record.value("exit-status", 0), 124) << record;
  EXPECT_EQ(record.value("last-line", ""), "working") << record;
}

TEST_F(SupervisorRun, TheCommandMayEndInItsOwnWayAtATimeout) {
  install();
  EXPECT_EQ(
      by_cron("timed", "trap 'echo tidied; exit 0' TERM; while :; do sleep 0.05; done").status,
      124);
  EXPECT_EQ(last_record("timed").value("last-line", ""), "tidied");
}

// Takes the ten seconds between TERM and KILL, once for all of them.
// As strace(1) sees it: who is told twice at short intervals may notice one. The shell outlives the
// first.
TEST_F(SupervisorRun, AtATimeoutEachProcessIsToldOnce) {
  if (shell("exec strace -qq -o /dev/null true").status != 0)
    GTEST_SKIP() << "strace cannot trace on this machine";
  install();
  const std::string trace = in_folder("trace");
  Started run({"/usr/bin/strace", "-f", "-qq", "-e", "trace=kill", "-e", "signal=none", "-o", trace,
               program(), "run", "timed"},
              crons_environment("setsid sleep $MARK & trap : TERM; i=0; "
                                "while [ $i -lt 40 ]; do i=$((i+1)); sleep 0.05; done",
                                // LeakSanitizer cannot work in a traced process.
                                {{"ASAN_OPTIONS", "detect_leaks=0"}}));
  EXPECT_EQ(run.wait().status, 124);
  std::istringstream lines(read(trace));
  std::vector<std::string> told;
  for (std::string line; std::getline(lines, line);) {
    if (const auto call = line.find("kill("); line.find("SIGTERM") != std::string::npos)
      told.push_back(line.substr(call, line.find(',') - call));
  }
  EXPECT_EQ(told.size(), 2u) << "the command's group, and who left it";
  EXPECT_EQ(std::set(told.begin(), told.end()).size(), told.size());
}

TEST_F(SupervisorRun, WhatIgnoresTermIsKilled) {
  install("- {name: bomb, schedule: '@daily', timeout: 1s, command: 'eval \"$DO\"'}\n");
  Started command = start("timed", "trap '' TERM; while :; do sleep 0.1; done");
  // One that forks all the time, in sessions of their own; the last one's parent is long gone.
  Started bomb = start("bomb",
                       "trap '' TERM; i=0; while [ $i -lt 20 ]; do i=$((i+1))\n"
                       "  setsid sh -c 'while :; do (setsid sleep 0.2 &); sleep 0.1; done' &\n"
                       "  (setsid sleep $MARK &)\n"
                       "done; wait");
  Started left = start("a", "(trap '' TERM; setsid sleep $MARK &); echo left one; exit 3");
  EXPECT_EQ(command.wait().status, 124);
  EXPECT_EQ(bomb.wait().status, 124);
  EXPECT_EQ(left.wait().status, 3);
  EXPECT_THAT(processes(), IsEmpty());
  EXPECT_EQ(last_record("timed").value("result", ""), "timeout");
  EXPECT_EQ(last_record("timed").value("signal", 0), SIGKILL);
  EXPECT_EQ(last_record("bomb").value("result", ""), "timeout");
  EXPECT_EQ(last_record("a").value("reason", ""), "processes that it left behind were ended");
}

TEST_F(SupervisorRun, ADaemonThatIsLeftBehindIsEndedAndNamedInTheRecord) {
  install();
  EXPECT_EQ(by_cron("a", "(setsid sleep $MARK >/dev/null 2>&1 &); echo done").status, 0);
  EXPECT_THAT(processes(), IsEmpty());
  const auto record = last_record("a");
  EXPECT_EQ(record.value("result", ""), "success") << record;
  EXPECT_EQ(record.value("reason", ""), "processes that it left behind were ended") << record;
  EXPECT_EQ(record.value("last-line", ""), "done") << record;
}

TEST_F(SupervisorRun, AGrandchildThatHoldsThePipeDoesNotHoldTheRun) {
  install();
  EXPECT_EQ(by_cron("a", "sleep $MARK & echo printed; exit 5").status, 5);
  EXPECT_THAT(processes(), IsEmpty());
  EXPECT_EQ(last_record("a").value("last-line", ""), "printed");
  EXPECT_EQ(last_record("a").value("exit-status", 0), 5);
}

TEST_F(SupervisorRun, AForkBombOfTwoHundredIsGoneAfterItsTimeout) {
  install();
  EXPECT_EQ(by_cron("timed",
                    "i=0; while [ $i -lt 100 ]; do i=$((i+1)); sleep $MARK & setsid sleep $MARK &\n"
                    "done; wait")
                .status,
            124);
  EXPECT_THAT(processes(), IsEmpty());
}

struct Printed {
  const char* name;
  std::string command;
  std::uint64_t bytes;
  std::string last_line;
  std::string in_log;
};

TEST_F(SupervisorRun, WhateverIsPrintedIsKeptAndTheRecordIsWhole) {
  install();
  const std::vector<Printed> table = {
      {"nothing", ":", 0, "", ""},
      {"no newline", "printf 'one\\ntwo'", 7, "two", "one\ntwo\n"},
      {"NULs", "printf 'a\\000b\\000\\n'", 5, "a?b?", std::string("a\0b\0\n", 5)},
      {"only NULs", "printf '\\000\\000'", 2, "??", std::string("\0\0", 2)},
      {"CR LF", "printf 'one\\r\\ntwo\\r\\n\\r\\n'", 12, "two", "one\r\ntwo\r\n"},
      {"a progress bar", "printf '1%%\\r2%%\\r'", 6, "1%?2%", "1%\r2%\r"},
      {"no UTF-8", "printf 'x\\377\\n'", 3, "x\303\277", "x\377\n"},
      {"UTF-8", "printf 'Z\\303\\274rich\\n'", 8, "Z\303\274rich", "Z\303\274rich\n"},
      {"quotes", "printf '\"\\\\{}\\n'", 5, "\"\\{}", "\"\\{}\n"},
      {"stderr too", "echo out; echo err >&2", 8, "err", "out\nerr\n"},
      {"blank lines last", "printf 'last\\n\\n  \\n'", 9, "last", "last\n"},
      {"a line of 1 MB", "head -c 1048576 /dev/zero | tr '\\0' x", 1048576,
       std::string(200, 'x') + "...", std::string(1000, 'x')},
  };
  for (const Printed& each : table) {
    SCOPED_TRACE(each.name);
    EXPECT_EQ(by_cron("a", each.command).status, 0);
    const auto record = last_record("a");
    EXPECT_EQ(record.value("output-bytes", std::uint64_t{0}), each.bytes) << record;
    EXPECT_EQ(record.value("last-line", "-"), each.last_line) << record;
    EXPECT_THAT(log_of("a"), HasSubstr(each.in_log));
    EXPECT_THAT(log_of("a"), EndsWith(" ok\n"));
    EXPECT_EQ(what_is_wrong_with_records(record_file("a")), "");
  }
}

TEST_F(SupervisorRun, OfAGigabyteTheNewestIsKept) {
  install();
  SystemLogSocket log(root());
  Started run = start("a", "yes 'a line of output' | head -c 1073741824; echo; echo the end");
  const auto lines = log.lines_until_end_of(run);
  EXPECT_EQ(run.wait().status, 0);
  const auto record = last_record("a");
  EXPECT_EQ(record.value("output-bytes", std::uint64_t{0}), (std::uint64_t{1} << 30) + 9);
  EXPECT_EQ(record.value("last-line", ""), "the end");
  std::uint64_t kept = 0;
  for (const auto& entry : fs::directory_iterator(run_folder("a"))) {
    if (entry.path().filename().string().starts_with("output.log")) kept += entry.file_size();
  }
  constexpr std::uint64_t kBound = 1 << 20;
  EXPECT_LE(kept, kBound);
  EXPECT_GE(kept, kBound / 2);
  EXPECT_THAT(log_of("a"), HasSubstr("\nthe end\n== "));
  std::uint64_t sent = 0;
  for (const std::string& line : lines) sent += line.size();
  EXPECT_LE(sent, 8 * kBound);  // each line carries the tag and the job's name
  ASSERT_GE(lines.size(), 2u);
  EXPECT_THAT(lines[lines.size() - 2], EndsWith("a: more output is in the job's log only"));
  EXPECT_THAT(lines.back(), HasSubstr("a: ok after "));
}

TEST_F(SupervisorRun, ASmallLogLimitHolds) {
  install("- {name: small, schedule: '@daily', log-limit: 64K, command: 'eval \"$DO\"'}\n");
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(
        by_cron("small", "i=0; while [ $i -lt 9000 ]; do i=$((i+1)); echo line $i; done").status,
        0);
  std::uint64_t kept = 0;
  for (const auto& entry : fs::directory_iterator(run_folder("small"))) {
    if (entry.path().filename().string().starts_with("output.log")) kept += entry.file_size();
  }
  EXPECT_LE(kept, 65536u);
  EXPECT_THAT(log_of("small"), HasSubstr("line 9000\n== "));
}

TEST_F(SupervisorRun, EveryLineGoesToTheSystemLogWithTheJobsName) {
  install();
  SystemLogSocket log(root());
  constexpr int kLines = 300;
  Started run = start("a", fmt::format("i=0; while [ $i -lt {} ]; do i=$((i+1)); echo line $i; "
                                       "done | cat; printf 'odd\\tone\\000\\n\\nlast'; exit 2",
                                       kLines));
  const auto lines = log.lines_until_end_of(run);
  // Nothing is lost though the socket takes ten only at a time, as the kernel has it.
  ASSERT_EQ(lines.size(), std::size_t{kLines} + 3);
  for (const std::string& line : lines) {
    EXPECT_THAT(line, testing::MatchesRegex("<7[0-9]>django-app-maintenance.[0-9]+.: a: .*"));
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
  for (std::size_t i = 0; i < kLines; ++i)
    ASSERT_THAT(lines[i], EndsWith(fmt::format(": a: line {}", i + 1)));
  EXPECT_THAT(lines[kLines], EndsWith(": a: odd\tone?"));
  EXPECT_THAT(lines[kLines + 1], EndsWith(": a: last"));
  EXPECT_THAT(lines[kLines + 2], HasSubstr(": a: exit 2 after "));
  EXPECT_THAT(lines[kLines + 2], StartsWith("<75>"));
}

TEST_F(SupervisorRun, ALoggerThatDoesNotReadHoldsNoRun) {
  install();
  const SystemLogSocket log(root());  // never read
  EXPECT_EQ(by_cron("a", "yes | head -n 20000; echo end").status, 0);
  EXPECT_EQ(last_record("a").value("last-line", ""), "end");
}

TEST_F(SupervisorRun, ALoggerThatIsStartedAnewIsFoundAgain) {
  install();
  std::optional<SystemLogSocket> log(std::in_place, root());
  Started run =
      start("a", "echo before; while [ ! -e $GO ]; do sleep 0.02; done; sleep 1.2; echo after",
            {{"GO", in_folder("go")}});
  EXPECT_TRUE(becomes_true([&] { return log_of("a").find("before") != std::string::npos; }));
  log.reset();
  log.emplace(root());
  write(in_folder("go"), "");
  const auto lines = log->lines_until_end_of(run);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], EndsWith(": a: after"));
}

TEST_F(SupervisorRun, WithoutRoomForDescriptorsItEnds) {
  install();
  for (int room = 4; room <= 20; ++room) {
    SCOPED_TRACE(room);
    Started run({"/bin/sh", "-c",
                 fmt::format("ulimit -n {}; exec '{}' run several", room, program().string())},
                crons_environment("exit 3"));
    ASSERT_TRUE(becomes_true([&] { return run.has_ended(); }));
    EXPECT_NE(run.wait().status, 0);
  }
  EXPECT_EQ(last_record("several").value("exit-status", 0), 3) << "the last one had room";
}

TEST_F(SupervisorRun, ALimitOnTheSizeOfFilesEndsNoRun) {
  install();
  const auto result = shell(fmt::format("ulimit -f 64; exec '{}' run a", program().string()),
                            crons_environment("seq 1 100000; exit 6"));
  EXPECT_EQ(result.status, 6);
  EXPECT_EQ(last_record("a").value("exit-status", 0), 6);
}

TEST_F(SupervisorRun, WhatCannotBeStartedHasTheStatusOfCoreutilsAndARecord) {
  install(
      "- {name: lost, schedule: '@daily', directory: /no/such/folder, command: 'echo no'}\n"
      "- {name: script, schedule: '@daily', command: '" +
      in_folder("script") +
      "'}\n"
      "- {name: text, schedule: '@daily', command: '" +
      in_folder("text") + "'}\n");
  write(in_folder("script"), "#!/no/such/interpreter\n", fs::perms(0755));
  write(in_folder("text"), "no program\n", fs::perms(0644));
  EXPECT_EQ(by_cron("lost", "").status, 125);
  EXPECT_EQ(last_record("lost").value("result", ""), "error");
  EXPECT_THAT(last_record("lost").value("reason", ""), HasSubstr("'/no/such/folder'"));
  EXPECT_EQ(last_record("lost").value("exit-status", 0), 125);
  EXPECT_EQ(by_cron("script", "").status, 127);
  EXPECT_EQ(last_record("script").value("result", ""), "failure");
  EXPECT_EQ(by_cron("text", "").status, 126);
  EXPECT_EQ(by_cron("a", "no-such-program").status, 127);
}

TEST_F(SupervisorRun, WithoutAShellTheStatusIs127AndWithABrokenOne126) {
  if (const auto reason = why_no_mounts()) GTEST_SKIP() << *reason;
  install();
  for (const std::string sh : {"", "not executable", "not a program"}) {
    const fs::path bin = in_folder("bin" + sh);
    fs::create_directories(bin);
    fs::copy_file("/usr/bin/getent", bin / "getent");
    if (!sh.empty()) write(bin / "sh", sh, fs::perms(sh == "not a program" ? 0755 : 0644));
    // By its own path, for the shell that mounts is the last one.
    const auto result = in_mount_namespace(
        fmt::format("mount --bind '{}' /usr/bin; exec \"$SUPERVISOR\" run a", bin.string()));
    EXPECT_EQ(result.status, sh.empty() ? 127 : 126) << result.err;
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(last_record("a").value("result", ""), "error");
    EXPECT_THAT(last_record("a").value("reason", ""), HasSubstr("/bin/sh"));
  }
}

TEST_F(SupervisorRun, AUserWithoutALoginShellRunsItsJobs) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  install(
      "- {name: who, schedule: '@daily', user: www-data, command: 'id -un; id -Gn; echo $LOGNAME "
      "$HOME'}\n"
      "- {name: who-else, schedule: '@daily', user: nobody, command: 'id -un; id -Gn; echo "
      "$LOGNAME $HOME'}\n");
  const auto result = by_hand("run who");
  EXPECT_EQ(result.out, "www-data\nwww-data\nwww-data /var/www\n") << result.err;
  EXPECT_EQ(by_hand("run who-else").out, "nobody\nnogroup\nnobody /nonexistent\n");
  EXPECT_EQ(last_record("who").value("trigger", ""), "hand");
}

TEST_F(SupervisorRun, TheEnvironmentIsCronsThenTheJobs) {
  install(
      "- name: told\n"
      "  schedule: '@daily'\n"
      "  environment: {A: 'b c', SHELL: /bin/other}\n"
      "  command: tr '\\0' '\\n' < /proc/$$/environ\n");
  const std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const auto sorted = [](std::vector<std::string> lines) {
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  const auto lines_of = [&](const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
      if (!line.starts_with("== ")) lines.push_back(line);
    }
    return sorted(lines);
  };
  EXPECT_EQ(by_cron("told", "x").status, 0);
  EXPECT_EQ(lines_of(log_of("told")),
            sorted({"IS_LEADER=True", path, "HOME=/root", "LOGNAME=root", "DO=x", "MARK=" + mark(),
                    "A=b c", "SHELL=/bin/other"}));
  // By hand it is the crontab's all the same, whatever the caller has.
  const auto by_person = by_hand("run told", {{"JUJU_UNIT_NAME", "x/0"}, {"LANG", "C"}});
  EXPECT_EQ(lines_of(by_person.out), sorted({"IS_LEADER=True", path, "HOME=/root", "LOGNAME=root",
                                             "A=b c", "SHELL=/bin/other"}));
}

TEST_F(SupervisorRun, StdinIsEmptyAndNoOtherFileIsOpen) {
  install();
  EXPECT_EQ(by_cron("a", "readlink /proc/$$/fd/0; cat; ls /proc/$$/fd").status, 0);
  EXPECT_THAT(log_of("a"), HasSubstr("/dev/null\n0\n1\n2\n=="));
}

TEST_F(SupervisorRun, NothingIsIgnoredOrBlockedInTheCommand) {
  install();
  // As a caller with odd habits would have it.
  const auto result =
      shell(fmt::format("trap '' INT HUP PIPE; exec '{}' run a", program().string()),
            crons_environment("grep -E '^Sig(Blk|Ign)' /proc/self/status"));
  EXPECT_EQ(result.status, 0);
  // 32 and 33 are glibc's, and what it makes of them is its own.
  EXPECT_THAT(log_of("a"), testing::ContainsRegex("SigBlk:\t0000000000000000\n"
                                                  "SigIgn:\t0000000[01][08]0000000\n"));
}

TEST_F(SupervisorRun, ACallerThatIgnoresTheEndOfChildrenLosesNoStatus) {
  install();
  const auto result = shell(fmt::format("exec python3 -c 'import os, signal\n"
                                        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
                                        "os.execv(\"{0}\", [\"{0}\", \"run\", \"a\"])'",
                                        program().string()),
                            crons_environment("exit 7"));
  EXPECT_EQ(result.status, 7);
  EXPECT_EQ(last_record("a").value("exit-status", -1), 7);
}

TEST_F(SupervisorRun, ACallerWithoutStandardFilesHarmsNoRecord) {
  install("- {name: plain, schedule: '@daily', command: 'echo out; echo err >&2; exit 4'}\n");
  for (const char* closed : {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"}) {
    SCOPED_TRACE(closed);
    EXPECT_EQ(by_hand(fmt::format("run plain {}", closed)).status, 4);
    EXPECT_EQ(what_is_wrong_with_records(record_file("plain")), "");
    EXPECT_EQ(last_record("plain").value("exit-status", -1), 4);
    EXPECT_EQ(last_record("plain").value("last-line", ""), "err");
    EXPECT_THAT(log_of("plain"), EndsWith(" exit 4\n"));
  }
  EXPECT_EQ(records("plain").size(), 4u);
}

TEST_F(SupervisorRun, UmaskAndDirectoryAreTheJobs) {
  install(
      "- {name: masked, schedule: '@daily', umask: '027', directory: /usr/share, command: 'umask; "
      "pwd'}\n"
      "- {name: plain, schedule: '@daily', command: 'umask'}\n");
  const auto result = shell(fmt::format("umask 077; exec '{}' run masked", program().string()),
                            {{"LEADER_CRON_ROOT", root()}});
  EXPECT_EQ(result.out, "0027\n/usr/share\n");
  EXPECT_EQ(shell(fmt::format("umask 077; exec '{}' run plain", program().string()),
                  {{"LEADER_CRON_ROOT", root()}})
                .out,
            "0022\n");
  EXPECT_EQ(fs::status(record_file("masked")).permissions(), fs::perms(0600));
}

TEST_F(SupervisorRun, AUmaskThatHidesAllHidesNothingOfTheRuns) {
  install("- {name: hidden, schedule: '@daily', user: nobody, umask: '0777', command: umask}\n");
  for (int run = 1; run <= 3; ++run) {
    EXPECT_EQ(by_hand("run hidden").out, "0777\n");
    EXPECT_EQ(records("hidden").size(), static_cast<std::size_t>(run));
  }
  EXPECT_EQ(fs::status(record_file("hidden")).permissions(), fs::perms(0600));
}

TEST_F(SupervisorRun, WhatAPersonStartsBeginsInTheUsersHome) {
  install(
      "- {name: where, schedule: '@daily', command: pwd}\n"
      "- {name: homeless, schedule: '@daily', user: nobody, command: pwd}\n");
  EXPECT_EQ(by_hand("run where").out, "/root\n");
  EXPECT_EQ(by_hand("run homeless").out, "/var/spool/cron\n") << "as Debian's cron";
}

TEST_F(SupervisorRun, AJobThatGoesAndComesBackWhileItRunsDoesNotOverlap) {
  const std::string job = "- {name: x, schedule: '@daily', command: 'eval \"$DO\"'}\n";
  install(job);
  const fs::path go = in_folder("go");
  Started run = start("x", ": > $READY; while [ ! -e $GO ]; do sleep 0.02; done",
                      {{"READY", in_folder("ready")}, {"GO", go}});
  EXPECT_TRUE(becomes_true([&] { return fs::exists(in_folder("ready")); }));
  const fs::path folder = run_folder("x");
  configure("[]");
  hook();
  EXPECT_TRUE(fs::exists(folder));
  configure(job);
  EXPECT_EQ(by_cron("x", "echo second").status, 0);
  EXPECT_THAT(results("x"), testing::ElementsAre("skipped"));
  configure("[]");
  write(go, "");
  EXPECT_EQ(run.wait().status, 0);
  hook();
  EXPECT_FALSE(fs::exists(folder)) << "nothing runs in it any more";
}

TEST_F(SupervisorRun, SignalsAreForTheJobToAnswer) {
  install();
  const std::map<int, std::string> names = {
      {SIGTERM, "TERM"}, {SIGINT, "INT"}, {SIGHUP, "HUP"}, {SIGUSR1, "USR1"}, {SIGUSR2, "USR2"}};
  for (const auto& [signal, name] : names) {
    SCOPED_TRACE(name);
    const std::string ready = in_folder("ready-" + name);
    Started run = start("a", fmt::format("trap 'echo got {0}; exit 3' {0}; : > '{1}'; "
                                         "while :; do sleep 0.02; done",
                                         name, ready));
    ASSERT_TRUE(becomes_true([&] { return fs::exists(ready); }));
    kill(run.id(), signal);
    EXPECT_EQ(run.wait().status, 3);
    EXPECT_EQ(last_record("a").value("last-line", ""), "got " + name);
  }
  // Without an answer it ends the job.
  const std::string ready = in_folder("ready");
  Started run = start("a", fmt::format(": > '{}'; sleep $MARK", ready));
  ASSERT_TRUE(becomes_true([&] { return fs::exists(ready); }));
  kill(run.id(), SIGTERM);
  EXPECT_EQ(run.wait().status, 128 + SIGTERM);
}

TEST_F(SupervisorRun, StartedByCronItIsSilent) {
  install(
      "- {name: lost, schedule: '@daily', directory: /no/such/folder, command: 'echo no'}\n"
      "- {name: damaged, schedule: '@daily', command: 'echo no'}\n");
  std::string jobs = read(job_file(state()));
  jobs.erase(jobs.find("\"command\"", jobs.find("damaged")), 9);
  fs::permissions(job_file(state()), fs::perms(0600));
  write(job_file(state()), jobs, fs::perms(0400));
  const auto silent = [this](const std::string& job, const std::string& command, int status) {
    SCOPED_TRACE(job + ": " + command);
    const auto result = by_cron(job, command);
    EXPECT_EQ(result.status, status);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "");
  };
  silent("a", "echo out; echo err >&2", 0);
  silent("a", "echo out; exit 9", 9);
  silent("a", "kill -KILL $$", 137);
  silent("timed", "sleep $MARK", 124);
  silent("no-such-job", "", 125);
  silent("../a", "", 125);
  silent("lost", "", 125);
  silent("damaged", "", 125);
  fs::remove_all(state() / "runs");
  silent("a", "echo out", 125);
  write(job_file(state()), "{", fs::perms(0400));
  silent("a", "echo out", 125);
  fs::remove(job_file(state()));
  silent("a", "echo out", 125);
  fs::remove_all(state());
  silent("a", "echo out", 125);
}

TEST_F(SupervisorRun, ByHandTheOutputIsCopiedAsItIs) {
  install(
      "- {name: plain, schedule: '@daily', command: 'printf \"a\\000b\\r\\nend\"; exit 6'}\n"
      "- {name: much, schedule: '@daily', command: 'yes | head -c 5000000'}\n");
  const auto result = by_hand("run plain");
  EXPECT_EQ(result.status, 6);
  EXPECT_EQ(result.out, std::string("a\0b\r\nend", 8));
  EXPECT_THAT(result.err, HasSubstr("plain: failure: exit 6"));
  EXPECT_EQ(by_hand("run much").out.size(), 5000000u);
  // Whoever reads it may go.
  const auto cut = shell(fmt::format("'{}' run much | head -c 3", program().string()),
                         {{"LEADER_CRON_ROOT", root()}});
  EXPECT_EQ(cut.out, "y\ny");
  ASSERT_TRUE(becomes_true([this] { return records("much").size() == 2; }));
  EXPECT_EQ(last_record("much").value("output-bytes", 0), 5000000);
}

TEST_F(SupervisorRun, AReaderThatStopsReadingStopsNoTimeout) {
  install(
      "- {name: much, schedule: '@daily', timeout: 1s, command: 'yes | head -c 5000000; sleep " +
      mark() + "'}\n");
  const auto result = shell(
      fmt::format("'{0}' run much | {{ while [ ! -e '{1}' ]; do sleep 0.05; done; wc -c; }} &\n"
                  "while ! grep -q timeout '{2}'; do sleep 0.05; done; touch '{1}'; wait",
                  program().string(), in_folder("go"), record_file("much").string()),
      {{"LEADER_CRON_ROOT", root()}});
  EXPECT_EQ(last_record("much").value("result", ""), "timeout");
  EXPECT_GE(std::stoi(result.out), 64 << 10);
}

}  // namespace
}  // namespace charm_test
