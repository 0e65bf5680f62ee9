#include "jobs/job_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "jobs/job_values.h"
#include "jobs/problem_text.h"

namespace leader_cron {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

std::string problems_of(std::string_view text) {
  return list_problems("f", read_job_file(text).problems, "");
}

std::vector<Job> jobs_of(std::string_view text) {
  EXPECT_EQ(problems_of(text), "");
  return read_job_file(text).jobs;
}

TEST(JobFile, ReadsAllKeys) {
  const auto jobs = jobs_of(R"(
- name: clearsessions
  schedule: "17 3 * * *"
  command: manage.py clearsessions
  user: www-data
  description: Purge expired sessions
  environment: {DJANGO_SETTINGS_MODULE: app.settings, PORT: 8080, EMPTY: ""}
  directory: /srv/app
  run-on: all
  enabled: false
  catch-up: true
  catch-up-window: 6h
)");
  ASSERT_EQ(jobs.size(), 1u);
  const Job& job = jobs[0];
  EXPECT_EQ(job.name, "clearsessions");
  EXPECT_EQ(job.schedule.text, "17 3 * * *");
  EXPECT_EQ(job.command, "manage.py clearsessions");
  EXPECT_EQ(job.user, "www-data");
  EXPECT_EQ(job.description, "Purge expired sessions");
  EXPECT_THAT(job.environment, ElementsAre(Pair("DJANGO_SETTINGS_MODULE", "app.settings"),
                                           Pair("PORT", "8080"), Pair("EMPTY", "")));
  EXPECT_EQ(job.directory, "/srv/app");
  EXPECT_EQ(job.run_on, RunOn::all);
  EXPECT_FALSE(job.enabled);
  EXPECT_TRUE(job.catch_up);
  EXPECT_EQ(job.catch_up_window, std::chrono::hours(6));
}

TEST(JobFile, HasDefaults) {
  const auto jobs = jobs_of("- {name: a, schedule: '@daily', command: x}");
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].user, "root");
  EXPECT_EQ(jobs[0].run_on, RunOn::leader);
  EXPECT_TRUE(jobs[0].enabled);
  EXPECT_EQ(jobs[0].directory, "");
  EXPECT_THAT(jobs[0].environment, IsEmpty());
  EXPECT_FALSE(jobs[0].catch_up);
  EXPECT_EQ(jobs[0].catch_up_window, std::nullopt);
}

TEST(JobFile, IsJsonToo) {
  const auto jobs =
      jobs_of(R"([{"name": "a", "schedule": "0 0 * * *", "command": "a\nb", "enabled": true}])");
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].command, "a\nb");
}

TEST(JobFile, JoinsTheSurrogatesOfJson) {
  const auto jobs = jobs_of(
      R"([{"name": "a", "schedule": "@daily", "command": "echo \\u00e4 \ud83d\ude00 \\ud83d"}])");
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].command, "echo \\u00e4 \xf0\x9f\x98\x80 \\ud83d");
}

TEST(JobFile, ATextThatEndsInTheMiddleOfALineIsWhole) {
  EXPECT_EQ(jobs_of("- {name: a, schedule: '@daily', command: x}")[0].command, "x");
  EXPECT_EQ(jobs_of("- name: a\n  schedule: '@daily'\n  command: |\n    x\n    y")[0].command,
            "x\ny\n");
  EXPECT_EQ(jobs_of("- name: a\n  schedule: '@daily'\n  command: |-\n    x\n    y\n")[0].command,
            "x\ny");
  EXPECT_EQ(jobs_of("- {name: a, schedule: '@daily', command: x}\n...\n")[0].command, "x");
}

TEST(JobFile, WarnsOfWhatIsPerhapsNotMeant) {
  const JobFile file = read_job_file(
      "- {name: b, schedule: '* * * * *', command: x}\n- {name: a, schedule: '@daily', command: "
      "x}\n");
  ASSERT_EQ(file.warnings.size(), 1u);
  EXPECT_EQ(file.warnings[0],
            (Problem{{1, 23}, "it starts every minute: see that no run lasts longer", ""}));
  EXPECT_EQ(file.jobs.size(), 2u);
}

TEST(JobFile, WarnsOfACatchUpThatComesTooLate) {
  struct Case {
    const char* schedule;
    const char* more;
    bool warned;
  };
  for (const Case& each :
       {Case{"*/2 * * * *", "catch-up: true", true}, Case{"1-59/2 * * * *", "catch-up: on", true},
        Case{"1,3-59 * * * *", "catch-up: true", true},
        Case{"*/3 * * * *", "catch-up: true", false}, Case{"*/2 3 * * *", "catch-up: true", false},
        Case{"2-59 * * * *", "catch-up: true", false},
        Case{"*/2 * * * *", "catch-up: true, catch-up-window: 1h", false},
        Case{"*/2 * * * *", "catch-up: false", false}}) {
    SCOPED_TRACE(std::string(each.schedule) + " " + each.more);
    const JobFile file = read_job_file("- {name: a, schedule: '" + std::string(each.schedule) +
                                       "', command: x,\n   " + each.more + "}\n");
    EXPECT_THAT(file.problems, IsEmpty());
    ASSERT_EQ(file.warnings.size(), each.warned ? 1u : 0u);
    if (!each.warned) continue;
    EXPECT_EQ(list_problems("f", file.warnings, ""),
              "f:2:14: a missed run of a job that is due this often is too old before it can be "
              "caught up; write catch-up-window: 1h\n");
  }
}

TEST(JobFile, AliasesCannotMakeMuchOfLittle) {
  std::string text = "- &e {";
  for (int i = 0; i < 10'000; ++i) text += "V" + std::to_string(i) + ": 1234567890, ";
  text = "- {name: j, schedule: '@daily', command: x, environment: " + text.substr(2) + "}}\n";
  for (int i = 0; i < 1'000; ++i)
    text +=
        "- {name: j" + std::to_string(i) + ", schedule: '@daily', command: x, environment: *e}\n";
  const JobFile file = read_job_file(text);
  ASSERT_EQ(file.problems.size(), 1u);
  EXPECT_THAT(file.problems[0].what, HasSubstr("the jobs up to here have more than"));
}

TEST(JobFile, KeepsACommandAsItIsWritten) {
  const auto jobs = jobs_of(
      "- name: a\n  schedule: '@daily'\n  command: |\n    a; b || c && d\n    e '%' \"\\\" # f\n");
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].command, "a; b || c && d\ne '%' \"\\\" # f\n");
}

TEST(JobFile, FoldsALongDescriptionIntoOneLine) {
  const auto jobs =
      jobs_of("- {name: a, schedule: '@daily', command: x, description: \"one\\ntwo\\n\"}");
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].description, "one two");
}

TEST(JobFile, AnchorsAreShared) {
  const auto jobs = jobs_of(R"(
- {name: a, schedule: "0 0 * * *", command: x, environment: &e {A: b}}
- {name: b, schedule: "0 0 * * *", command: x, environment: *e}
)");
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[1].environment, jobs[0].environment);
}

TEST(JobFile, NothingIsAListWithoutJobs) {
  for (const char* text : {"", "\n\n", "# nothing yet\n", "[]", "---\n", "~", "---\n[]\n...\n"}) {
    EXPECT_THAT(jobs_of(text), IsEmpty()) << text;
  }
}

struct ProblemCase {
  std::string text;
  std::string problems;
};

class JobFileProblem : public testing::TestWithParam<ProblemCase> {};

TEST_P(JobFileProblem, IsToldWithItsPlace) {
  EXPECT_EQ(problems_of(GetParam().text), GetParam().problems) << GetParam().text;
  EXPECT_THAT(read_job_file(GetParam().text).jobs, IsEmpty());
}

std::string job_with(const std::string& line) {
  return "- name: a\n  schedule: '@daily'\n  command: x\n  " + line + "\n";
}

INSTANTIATE_TEST_SUITE_P(
    Table, JobFileProblem,
    testing::Values(
        ProblemCase{"hello",
                    "f:1:1: the job file is a list of jobs, not a string; write - name: ...\n"},
        ProblemCase{"jobs: []",
                    "f:1:1: the job file is a list of jobs, not a mapping; write - name: ...\n"},
        ProblemCase{"5",
                    "f:1:1: the job file is a list of jobs, not a number; write - name: ...\n"},
        ProblemCase{"- [a]",
                    "f:1:3: a job is a mapping with name, schedule and command, not a list\n"},
        ProblemCase{"- clearsessions",
                    "f:1:3: a job is a mapping with name, schedule and command, not a string\n"},
        ProblemCase{"-",
                    "f:1:2: a job is a mapping with name, schedule and command, not nothing\n"},
        ProblemCase{"- {name: a}", "f:1:3: job a lacks a schedule\nf:1:3: job a lacks a command\n"},
        ProblemCase{"- {}",
                    "f:1:3: this job lacks a name\nf:1:3: this job lacks a schedule\nf:1:3: this "
                    "job lacks a "
                    "command\n"},
        ProblemCase{"[a: b", "f:1:6: not YAML: end of sequence flow not found\n"},
        ProblemCase{"- {name: a, schedule: '@daily', command: 'x\n- {name: b}\n",
                    "f:1:42: not YAML: this quote is not closed\n"},
        ProblemCase{job_with("description: \"x"), "f:4:16: not YAML: this quote is not closed\n"},
        ProblemCase{job_with("environment: {PW: \"hunter2"),
                    "f:4:21: not YAML: this quote is not closed\n"},
        ProblemCase{
            "- name: a\n  schedule: */5 * * * *\n  command: x\n",
            "f:2:13: a value that begins with * must be in quotes; write \"*/5 * * * *\"\n"},
        ProblemCase{"- name: a\n  schedule: * * * * *\n  command: x\n",
                    "f:2:13: a value that begins with * must be in quotes; write \"* * * * *\"\n"},
        ProblemCase{"- name: a\n  schedule: @daily\n  command: x\n",
                    "f:2:13: a value that begins with @ must be in quotes; write \"@daily\"\n"},
        ProblemCase{"- name: a\n  environment:\n    PW: *hunter2\n",
                    "f:3:9: a value that begins with * must be in quotes\n"},
        ProblemCase{"- [*hunter2]\n", "f:1:4: not YAML: the referenced anchor is not defined\n"},
        ProblemCase{job_with("command: !!binary aGVsbG8="),
                    "f:4:12: not YAML: tags are not supported\n"},
        ProblemCase{
            "- &b {name: a, schedule: '@daily', command: x}\n- {<<: *b, name: c}\n",
            "f:2:3: job c lacks a schedule\nf:2:3: job c lacks a command\n"
            "f:2:4: merge keys (<<) are not supported: an alias stands for one whole value\n"},
        ProblemCase{"- a\n---\n- b\n",
                    "f:3:1: a second YAML document begins here: the job file is one list\n"},
        ProblemCase{"- &a [*a]\n", "f:1:7: not YAML: an alias to itself\n"},
        ProblemCase{job_with("usr: root"), "f:4:3: unknown key usr; did you mean user?\n"},
        ProblemCase{job_with("colour: red"), "f:4:3: unknown key colour\n"},
        ProblemCase{
            job_with("timeout: 3600"),
            "f:4:12: timeout is a duration like 90s, 15m or 1h30m, not 3600; write 3600s\n"},
        ProblemCase{job_with("timeout: [1h]"),
                    "f:4:12: timeout is a duration like 90s, 15m or 1h30m, not a list\n"},
        ProblemCase{job_with("timeout: 0s"), "f:4:12: timeout 0s is out of range 1s-365d\n"},
        ProblemCase{job_with("timeout: 366d"), "f:4:12: timeout 366d is out of range 1s-365d\n"},
        ProblemCase{job_with("catch-up: once"),
                    "f:4:13: catch-up is true or false, not a string; write true\n"},
        ProblemCase{job_with("catch-up: \"true\""),
                    "f:4:13: catch-up is true or false, not a string; write true\n"},
        ProblemCase{job_with("catch-up: 1h"),
                    "f:4:13: catch-up is true or false, not a string; write true\n"},
        ProblemCase{job_with("catch-up:"),
                    "f:4:3: catch-up is true or false, not empty; write true\n"},
        ProblemCase{job_with("catchup: true"),
                    "f:4:3: unknown key catchup; did you mean catch-up?\n"},
        ProblemCase{job_with("catch-up: true\n  catch-up-window: 3600"),
                    "f:5:20: catch-up-window is a duration like 90s, 15m or 1h30m, not 3600; write "
                    "3600s\n"},
        ProblemCase{job_with("catch-up: true\n  catch-up-window: true"),
                    "f:5:20: catch-up-window is a duration like 90s, 15m or 1h30m, not true\n"},
        ProblemCase{
            job_with("catch-up: true\n  catch-up-window: {}"),
            "f:5:20: catch-up-window is a duration like 90s, 15m or 1h30m, not a mapping\n"},
        ProblemCase{job_with("catch-up: true\n  catch-up-window: 0s"),
                    "f:5:20: catch-up-window 0s is out of range 3m-1d\n"},
        ProblemCase{job_with("catch-up: true\n  catch-up-window: 179s"),
                    "f:5:20: catch-up-window 179s is out of range 3m-1d\n"},
        ProblemCase{job_with("catch-up: true\n  catch-up-window: 24h1s"),
                    "f:5:20: catch-up-window 24h1s is out of range 3m-1d\n"},
        ProblemCase{job_with("catch-up-window: 1h"),
                    "f:4:20: catch-up-window without catch-up; write catch-up: true\n"},
        ProblemCase{job_with("catch-up: false\n  catch-up-window: 1h"),
                    "f:5:20: catch-up-window without catch-up; write catch-up: true\n"},
        // One mistake is told once.
        ProblemCase{job_with("catch-up: once\n  catch-up-window: 1h"),
                    "f:4:13: catch-up is true or false, not a string; write true\n"},
        ProblemCase{job_with("catch-up: once") +
                        "- {name: b, schedule: '@daily', command: x, catch-up-window: 1h}\n",
                    "f:4:13: catch-up is true or false, not a string; write true\n"
                    "f:5:62: catch-up-window without catch-up; write catch-up: true\n"},
        ProblemCase{job_with("catchup: true\n  catch-up-window: 1h"),
                    "f:4:3: unknown key catchup; did you mean catch-up?\n"},
        ProblemCase{
            "- {name: a, schedule: '@reboot', command: x, run-on: all, catch-up: true}",
            "f:1:69: @reboot has no times that could be caught up; write catch-up: false\n"},
        ProblemCase{job_with("overlap: skpi"),
                    "f:4:12: overlap is skip or allow, not 'skpi'; write skip\n"},
        ProblemCase{job_with("umask: 8"),
                    "f:4:10: umask is an octal number from 000 to 777, not 8; write \"022\"\n"},
        ProblemCase{job_with("umask: 1777"),
                    "f:4:10: umask is an octal number from 000 to 777, not 1777; write \"022\"\n"},
        ProblemCase{job_with("log-limit: big"),
                    "f:4:14: log-limit is a size like 512K or 10M, not big\n"},
        ProblemCase{job_with("log-limit: 100"), "f:4:14: log-limit 100 is out of range 4K-1G\n"},
        ProblemCase{job_with("command: y"),
                    "f:4:3: key command stands twice in this job, first at line 3\n"},
        ProblemCase{job_with("? [x]\n  : y"), "f:4:5: a key is a word, not a list\n"},
        ProblemCase{job_with("user: 33"),
                    "f:4:9: user 33 is a number, but cron takes users by name\n"},
        ProblemCase{job_with("user: 'a b'"), "f:4:9: user 'a b' is not a user name\n"},
        ProblemCase{job_with("user: -x"), "f:4:9: user '-x' is not a user name\n"},
        ProblemCase{job_with("user: [a]"), "f:4:9: user is a string, not a list\n"},
        ProblemCase{job_with("user: true"),
                    "f:4:9: user is a string, not a boolean; write \"true\"\n"},
        ProblemCase{job_with("user:"), "f:4:3: user is a string, not empty\n"},
        ProblemCase{job_with("description: 5"),
                    "f:4:16: description is a string, not a number; write \"5\"\n"},
        ProblemCase{job_with("description: \"a\\x07\""),
                    "f:4:16: description holds the control character 0x07\n"},
        ProblemCase{job_with("directory: srv"),
                    "f:4:14: directory 'srv' is not an absolute path\n"},
        ProblemCase{job_with("directory: \"/a\\nb\""),
                    "f:4:14: directory has more than one line\n"},
        ProblemCase{job_with("run-on: leadr"),
                    "f:4:11: run-on is leader or all, not 'leadr'; write leader\n"},
        ProblemCase{job_with("enabled: maybe"),
                    "f:4:12: enabled is true or false, not a string; write true\n"},
        ProblemCase{job_with("enabled: \"true\""),
                    "f:4:12: enabled is true or false, not a string; write true\n"},
        ProblemCase{job_with("environment: [A]"),
                    "f:4:16: environment is a mapping of names to strings, not a list; write "
                    "{NAME: value}\n"},
        ProblemCase{job_with("environment: {A-B: x}"),
                    "f:4:17: environment has the name 'A-B': a name has letters, digits and _, no "
                    "digit first\n"},
        ProblemCase{job_with("environment: {A: x, A: y}"),
                    "f:4:23: environment names A twice, first at line 4\n"},
        ProblemCase{job_with("environment: {A: true}"),
                    "f:4:20: environment A is a boolean: write a string, in quotes\n"},
        ProblemCase{job_with("environment: {A: }"),
                    "f:4:17: environment A is empty: write a string, in quotes\n"},
        ProblemCase{job_with("environment: {A: \"b\\0c\"}"),
                    "f:4:20: environment A holds a NUL byte\n"},
        ProblemCase{"- {name: Clear Sessions, schedule: '@daily', command: x}",
                    "f:1:10: name 'Clear Sessions' is not made of lowercase letters, digits and "
                    "hyphens; write "
                    "clear-sessions\n"},
        ProblemCase{"- {name: 5, schedule: '@daily', command: x}",
                    "f:1:10: name is a string, not a number; write \"5\"\n"},
        ProblemCase{
            "- {name: ../x, schedule: '@daily', command: x}",
            "f:1:10: name '../x' is not made of lowercase letters, digits and hyphens; write x\n"},
        ProblemCase{"- {name: a, schedule: '@daily', command: ' '}", "f:1:42: command is empty\n"},
        ProblemCase{"- {name: a, schedule: '@daily', command: true}",
                    "f:1:42: command is a string, not a boolean; write \"true\"\n"},
        ProblemCase{"- {name: a, schedule: '@daily', command: \"a\\eb\"}",
                    "f:1:42: command holds the control character 0x1b; write $(printf '\\033')\n"},
        ProblemCase{"- {name: a, schedule: '@daily', command: \"a\\0b\"}",
                    "f:1:42: command holds the control character 0x00; write $(printf '\\000')\n"},
        ProblemCase{"- {name: a, schedule: 0 25 * * *, command: x}",
                    "f:1:25: hour 25 is out of range 0-23\n"},
        ProblemCase{"- {name: ä, schedule: '0 25 * * *', command: x}",
                    "f:1:10: name 'ä' is not made of lowercase letters, digits and hyphens\n"
                    "f:1:26: hour 25 is out of range 0-23\n"},
        ProblemCase{"- {name: a, schedule: '@reboot', command: x}",
                    "f:1:23: @reboot runs when cron starts, before Juju has said which unit leads, "
                    "so it cannot be for "
                    "the leader only; write run-on: all\n"},
        ProblemCase{"- {name: a, schedule: '@reboot now', command: x}",
                    "f:1:32: @reboot stands alone: no field follows it; write @reboot\n"},
        ProblemCase{"- {name: a, schedule: '@daily', command: x}\n- {name: a, schedule: '@daily', "
                    "command: x}",
                    "f:2:10: name a is taken by the job at line 1\n"},
        ProblemCase{std::string("- a\0b", 5), "f:1:4: a NUL byte: a job file is text\n"},
        ProblemCase{"# \x04\n", "f:1:3: control character 0x04: a job file is text\n"},
        ProblemCase{"# \xff\n", "f:1:3: byte 0xff is not UTF-8: a job file is UTF-8 text\n"},
        ProblemCase{"# \xed\xa0\x80\n",
                    "f:1:3: byte 0xed is not UTF-8: a job file is UTF-8 text\n"}));

TEST(JobFile, TellsAllProblemsInTheOrderOfTheText) {
  EXPECT_EQ(problems_of("- name: A\n  schedule: 61 * * * *\n  comand: x\n- {}\n"),
            "f:1:9: name 'A' is not made of lowercase letters, digits and hyphens; write a\n"
            "f:2:13: minute 61 is out of range 0-59\n"
            "f:3:3: unknown key comand; did you mean command?\n"
            "f:4:3: this job lacks a name\n"
            "f:4:3: this job lacks a schedule\n"
            "f:4:3: this job lacks a command\n");
}

TEST(JobFile, NeverRepeatsAValueOfTheEnvironment) {
  for (const char* environment :
       {"{A: true, hunter2hunter2: }", "{'A=hunter2': x}", "[A=hunter2]", "A=hunter2",
        "{A: [hunter2]}", "{A: {hunter2: x}}", "{A: \"hunter2\\0\"}"}) {
    const std::string problems = problems_of(job_with(std::string("environment: ") + environment));
    EXPECT_NE(problems, "") << environment;
    if (std::string_view(environment).find(": }") == std::string_view::npos) {
      EXPECT_THAT(problems, Not(HasSubstr("hunter2")));
    }
  }
}

TEST(JobFile, LimitsOfARun) {
  const Job plain = jobs_of("- {name: a, schedule: '@daily', command: x}\n").at(0);
  EXPECT_EQ(plain.timeout, std::nullopt);
  EXPECT_EQ(plain.overlap, Overlap::skip);
  EXPECT_EQ(plain.umask, 022u);
  EXPECT_EQ(plain.log_limit, 1u << 20);
  const Job job = jobs_of(
                      "- {name: a, schedule: '@daily', command: x, timeout: 1h30m, overlap: allow, "
                      "umask: 077,\n"
                      "   log-limit: 64K}\n")
                      .at(0);
  EXPECT_EQ(job.timeout, std::chrono::seconds(5400));
  EXPECT_EQ(job.overlap, Overlap::allow);
  EXPECT_EQ(job.umask, 077u);
  EXPECT_EQ(job.log_limit, 64u << 10);
  EXPECT_EQ(
      jobs_of("- {name: a, schedule: '@daily', command: x, umask: \"027\", log-limit: 8192}\n")
          .at(0)
          .umask,
      027u);
}

TEST(JobFile, CatchUpIsABooleanAndItsWindowADuration) {
  struct Case {
    std::string keys;
    bool catch_up;
    std::optional<std::chrono::seconds> window;
  };
  using std::chrono::seconds;
  for (const Case& each :
       {Case{"catch-up: true", true, std::nullopt}, Case{"catch-up: yes", true, std::nullopt},
        Case{"catch-up: On", true, std::nullopt}, Case{"catch-up: FALSE", false, std::nullopt},
        Case{"catch-up: no", false, std::nullopt},
        Case{"catch-up: true\n  catch-up-window: 3m", true, seconds(180)},
        Case{"catch-up: true\n  catch-up-window: \"1h 30m\"", true, seconds(5400)},
        Case{"catch-up-window: 1d\n  catch-up: true", true, seconds(86400)},
        Case{"catch-up: true\n  catch-up-window: 24h", true, seconds(86400)}}) {
    const auto jobs = jobs_of(job_with(each.keys));
    ASSERT_EQ(jobs.size(), 1u) << each.keys;
    EXPECT_EQ(jobs[0].catch_up, each.catch_up) << each.keys;
    EXPECT_EQ(jobs[0].catch_up_window, each.window) << each.keys;
  }
  // What one job says is not the next one's.
  const auto jobs = jobs_of(job_with("catch-up: true\n  catch-up-window: 6h") +
                            "- {name: b, schedule: '@daily', command: x}\n");
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_FALSE(jobs[1].catch_up);
}

TEST(JobFile, RefusesWhatTheKernelCannotTakeAsOneArgument) {
  const std::string longest(kLongestArgument, 'x');
  EXPECT_EQ(problems_of("- {name: a, schedule: '@daily', command: '" + longest + "'}"), "");
  EXPECT_EQ(problems_of("- {name: a, schedule: '@daily', command: '" + longest + "x'}"),
            "f:1:42: command has 131072 bytes, and the kernel takes at most 131071; write the path "
            "of a script\n");
  EXPECT_EQ(problems_of(job_with("environment: {A: '" + longest + "'}")),
            "f:4:20: environment A has 131073 bytes, and the kernel takes at most 131071\n");
}

TEST(JobFile, OneMebibyteOfAnythingGivesAnAnswer) {
  const std::size_t size = 1 << 20;
  for (const char* piece : {"x", "[", "- a\n", "{", "&a ", "- - ", "\"", "a: ", "- {name: a}\n"}) {
    std::string text;
    while (text.size() < size) text += piece;
    EXPECT_FALSE(read_job_file(text).problems.empty()) << piece;
  }
}

TEST(JobFile, ManyAliasesDoNotMultiply) {
  std::string text = "- &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'z'; ++c) {
    text += std::string("- &") + c + " [";
    for (int i = 0; i < 9; ++i)
      text += std::string(i > 0 ? "," : "") + "*" + static_cast<char>(c - 1);
    text += "]\n";
  }
  EXPECT_EQ(read_job_file(text).problems.size(), 25u);
}

TEST(ProblemText, ShowsTheLineAndACaretUnderTheCharacter) {
  const std::string source = "- name: ä\n  schedule: \"0 25 * * *\"\n";
  const std::vector<Problem> problems = {{{2, 16}, "hour 25 is out of range 0-23", "1"}};
  EXPECT_EQ(list_problems("jobs.yaml", problems, source),
            "jobs.yaml:2:16: hour 25 is out of range 0-23; write 1\n"
            "    schedule: \"0 25 * * *\"\n"
            "                 ^\n");
}

TEST(ProblemText, ShowsThePartOfALongLineAroundTheMistake) {
  const std::string source = std::string(300, 'a') + "b" + std::string(300, 'c');
  const std::string text = list_problems("f", std::vector<Problem>{{{1, 301}, "b", ""}}, source);
  EXPECT_THAT(text, HasSubstr("  " + std::string(38, 'a') + "b" + std::string(37, 'c') + "\n" +
                              std::string(40, ' ') + "^\n"));
}

TEST(ProblemText, AProblemOfTheWholeFileHasNoPlace) {
  EXPECT_EQ(list_problems("f", std::vector<Problem>{{{}, "it is bad", ""}}, "text"),
            "f: it is bad\n");
}

}  // namespace
}  // namespace leader_cron
