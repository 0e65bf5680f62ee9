// Bad input gives a clear status and loses nothing: neither the jobs that were good, nor leadership
// applied to them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "charm_fixture.h"

namespace charm_test {
namespace {

using standin::Fault;
using standin::Fleet;
using testing::HasSubstr;
using testing::StartsWith;

class BadInput : public testing::Test {
 protected:
  BadInput() : fleet_(deployed(fleet_options(folder_.path()), 2)) {}

  const std::string& leader() {
    leader_ = fleet_.leader().value();
    return leader_;
  }

  TemporaryFolder folder_;
  Fleet fleet_;
  std::string leader_;
};

struct BadJobs {
  const char* name;
  std::string jobs;
  const char* status;
};

class BadJobsFile : public BadInput, public testing::WithParamInterface<BadJobs> {};

TEST_P(BadJobsFile, KeepsTheLastGoodJobsAndAppliesLeadershipToThem) {
  const std::string before = crontab(fleet_, leader());
  fleet_.set_config({{"jobs", GetParam().jobs}});
  fleet_.settle();
  EXPECT_EQ(crontab(fleet_, leader()), before);
  for (const std::string& unit : fleet_.units()) {
    EXPECT_EQ(fleet_.status(unit).state, "blocked");
    EXPECT_THAT(fleet_.status(unit).message, StartsWith(GetParam().status));
    EXPECT_LE(fleet_.status(unit).message.size(), 80u);
  }
  // A fail-over while the configuration is bad.
  fleet_.elect(leader() == "django-cron/0" ? "django-cron/1" : "django-cron/0");
  fleet_.settle();
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet_), "");
  EXPECT_THAT(crontab(fleet_, leader()), HasSubstr("run clearsessions\n"));
  // Mended, it clears.
  fleet_.set_config({{"jobs", "- {name: mended, schedule: '@daily', command: x}"}});
  fleet_.settle();
  EXPECT_EQ(fleet_.status(leader()).message, "leader, 1 job");
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet_), "");
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadJobsFile,
    testing::Values(BadJobs{"not_yaml", "- {name: a, schedule: [", "jobs, line 1: not YAML: "},
                    BadJobs{"not_a_list", "name: a",
                            "jobs, line 1: the job file is a list of jobs, not a mapping"},
                    BadJobs{"wrong_type", "- {name: a, schedule: '@daily', command: [x]}",
                            "jobs, line 1: command is a string, not a list"},
                    BadJobs{"unknown_key", "- {name: a, schedule: '@daily', comand: x}",
                            "jobs, line 1: unknown key comand; did you mean command?"},
                    BadJobs{"duplicate",
                            "- {name: a, schedule: '@daily', command: x}\n- {name: a, schedule: "
                            "'@daily', command: x}",
                            "jobs, line 2: name a is taken by the job at line 1"},
                    BadJobs{"bad_hour",
                            "- name: a\n  command: x\n  schedule: \"17 25 * * *\"\n- name: b\n  "
                            "command: x\n  schedule: 61 61 * * *\n",
                            "jobs, line 3: hour 25 is out of range 0-23 (and 2 more)"},
                    BadJobs{"control", "- {name: a, schedule: '@daily', command: \"x\\e[2J\"}",
                            "jobs, line 1: command holds the control"},
                    BadJobs{"mebibyte", std::string(1 << 20, 'x'),
                            "jobs, line 1: the job file is a list of jobs, not a string"},
                    BadJobs{"mebibyte_of_jobs",
                            [] {
                              std::string text;
                              while (text.size() < (1 << 20)) text += "- {name: a}\n";
                              return text;
                            }(),
                            "jobs, line 1: job a lacks a"},
                    BadJobs{"nul_escape", "- {name: a, schedule: '@daily', command: \"a\\0b\"}",
                            "jobs, line 1: command holds the control character 0x00"}),
    [](const auto& each) { return each.param.name; });

TEST_F(BadInput, AnEmptyListGivesAFileThatSaysSo) {
  fleet_.set_config({{"jobs", "[]"}});
  fleet_.settle();
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet_), "");
  EXPECT_THAT(crontab(fleet_, leader()), HasSubstr("\n# There are no jobs.\n"));
  EXPECT_EQ(fleet_.status(leader()).message, "leader, 0 jobs");
}

TEST_F(BadInput, AHookToolThatFailsMeansFollowerOrTheLastGoodJobs) {
  const std::string unit = leader();
  const std::string true_text = crontab(fleet_, unit);
  for (const Fault::Kind kind : {Fault::Kind::fail, Fault::Kind::nonsense, Fault::Kind::missing}) {
    Fault fault;
    fault.kind = kind;
    fleet_.set_fault(unit, "is-leader", fault);
    EXPECT_EQ(fleet_.run_hook(unit, "update-status").exit_status, 0);
    EXPECT_THAT(crontab(fleet_, unit), HasSubstr("\nIS_LEADER=False\n"));
    EXPECT_EQ(fleet_.status(unit).message, "standby, 2 jobs; leadership unknown");
    fleet_.clear_faults();
    fleet_.run_hook(unit, "update-status");
    EXPECT_EQ(crontab(fleet_, unit), true_text);

    fleet_.set_fault(unit, "config-get", fault);
    EXPECT_EQ(fleet_.run_hook(unit, "update-status").exit_status, 0);
    EXPECT_EQ(crontab(fleet_, unit), true_text);
    EXPECT_EQ(fleet_.status(unit).message, "leader, 2 jobs; configuration unknown");
    fleet_.clear_faults();
    fleet_.run_hook(unit, "update-status");
    EXPECT_EQ(fleet_.status(unit).message, "leader, 2 jobs");

    // Nothing that the leader cannot tell its peers, or Juju its operators, stops it.
    for (const char* tool :
         {"relation-ids", "relation-get", "relation-set", "status-set", "juju-log"}) {
      fleet_.set_fault(unit, tool, fault);
      EXPECT_EQ(fleet_.run_hook(unit, "update-status").exit_status, 0) << tool;
      EXPECT_EQ(crontab(fleet_, unit), true_text) << tool;
      fleet_.clear_faults();
    }
  }
}

TEST_F(BadInput, NoToolAtAllMakesAFollowerWithTheLastGoodJobs) {
  const std::string unit = leader();
  Fault missing;
  missing.kind = Fault::Kind::missing;
  fleet_.set_fault(unit, "*", missing);
  EXPECT_EQ(fleet_.run_hook(unit, "update-status").exit_status, 0);
  EXPECT_THAT(crontab(fleet_, unit), HasSubstr("\nIS_LEADER=False\n"));
  EXPECT_THAT(crontab(fleet_, unit), HasSubstr("run clearsessions\n"));
}

TEST_F(BadInput, AStatusThatJujuDidNotTakeIsSetAgain) {
  const std::string unit = leader();
  fleet_.set_fault(unit, "status-set", Fault{});
  fleet_.set_config({{"jobs", "[]"}});
  fleet_.settle();
  EXPECT_EQ(fleet_.status(unit).message, "leader, 2 jobs");
  fleet_.clear_faults();
  fleet_.update_status(unit);
  fleet_.settle();
  EXPECT_EQ(fleet_.status(unit).message, "leader, 0 jobs");
}

TEST_F(BadInput, AServiceNameThatIsNoNameKeepsTheService) {
  const std::string before = crontab(fleet_, leader());
  fleet_.set_config({{"service-name", "../../etc/passwd"}});
  fleet_.settle();
  EXPECT_EQ(crontab(fleet_, leader()), before);
  EXPECT_EQ(fleet_.status(leader()).state, "blocked");
  EXPECT_THAT(fleet_.status(leader()).message, HasSubstr("service-name"));
}

TEST_F(BadInput, LastGoodJobsThatAreDamagedAreMendedByGoodConfiguration) {
  const std::string unit = leader();
  const auto state = fleet_.root(unit) / "var/lib/django-app-maintenance";
  const auto before = files_below(state);
  write(state / "jobs.json", "{", fs::perms(0600));
  write(state / "jobs/0.jsonl.new", "left over");
  write(state / "jobs/.0.jsonl.new", "left over");
  fs::remove(job_file(state));
  fleet_.update_status(unit);
  fleet_.settle();
  EXPECT_EQ(files_below(state), before);
  fleet_.set_config({{"jobs", "bad"}});
  fleet_.settle();
  EXPECT_THAT(crontab(fleet_, unit), HasSubstr("run clearsessions\n"));
}

}  // namespace
}  // namespace charm_test
