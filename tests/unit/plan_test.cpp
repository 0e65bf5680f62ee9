#include "charm/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "charm/names.h"
#include "cron/crontab.h"
#include "jobs/job_lines.h"
#include "jobs/stored_job.h"

namespace leader_cron {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kJobs =
    "- {name: clearsessions, schedule: '17 3 * * *', command: x, user: www-data}\n"
    "- {name: report, schedule: '@weekly', command: y}\n";

constexpr std::chrono::sys_seconds kInstalled{std::chrono::seconds(1'700'000'000)};

Config config_with(const std::string& jobs, const std::string& service_name = "") {
  Config config;
  config.jobs = jobs;
  config.service_name = service_name;
  return config;
}

Facts fresh_unit() {
  Facts facts;
  facts.model = "prod";
  facts.unit = "django-cron/0";
  facts.principal_unit = "django-app/0";
  facts.leadership = Leadership::follower;
  facts.config = config_with(kJobs);
  facts.job_file = read_job_file(kJobs);
  facts.service = "django-app";
  facts.users = {{"root", 0}, {"www-data", 33}};
  facts.crontab_template = built_in_crontab_template();
  return facts;
}

const Stamp kStamp{{"b0072b39-8a3c-4b7a-9d3e-6f0c9f3c1e55", std::chrono::seconds(100)}, Ttl(15)};

// A unit that the leadership protocol lets act.
void lead(Facts& facts) {
  facts.leadership = Leadership::leader;
  facts.decision = {};
  facts.decision.standing = Standing::active;
  facts.decision.stamp = kStamp;
  facts.decision.allowed = kStamp.ttl;
  facts.decision.local.active = true;
}

void follow(Facts& facts, Leadership leadership = Leadership::follower) {
  facts.leadership = leadership;
  facts.decision = {};
}

// The facts of a unit on which `plan` was carried out.
Facts after(Facts facts, const Plan& plan) {
  Installed& installed = facts.installed;
  installed.leftovers.clear();
  if (plan.claim) {
    facts.services = {{facts.service, plan.claim->substr(0, plan.claim->find('\n')), true}};
  }
  if (plan.copy_supervisor) installed.supervisor_exists = installed.supervisor_current = true;
  for (const JobFileToWrite& job_file : plan.install_jobs)
    installed.jobs[job_file.user] = {job_file.text, true};
  for (const JobFileToWrite& job_file : plan.prune_jobs)
    installed.jobs[job_file.user] = {job_file.text, true};
  for (const uid_t user : plan.remove_jobs) installed.jobs.erase(user);
  for (const uid_t user : plan.prepare_runs) installed.runs[user].sound = true;
  for (const RunFolderToMove& move : plan.move_runs) {
    std::erase(installed.runs[move.from].names, move.job);
    std::vector<std::string>& names = installed.runs[move.to].names;
    names.insert(std::lower_bound(names.begin(), names.end(), move.job), move.job);
  }
  for (const RunFolderToRemove& folder : plan.remove_runs) {
    if (folder.name.empty()) {
      installed.runs.erase(folder.user);
    } else {
      std::erase(installed.runs[folder.user].names, folder.name);
    }
  }
  installed.former_owners.clear();
  if (plan.mark_leader)
    installed.leader_since = *plan.mark_leader ? std::optional(kInstalled) : std::nullopt;
  if (plan.metrics) {
    installed.metrics_file = plan.metrics->path;
    installed.metrics = plan.metrics->text;
  }
  if (plan.crontab) {
    installed.crontab = plan.crontab;
    installed.crontab_sound = true;
  }
  if (plan.last_good) {
    installed.last_good_text = *plan.last_good;
    installed.last_good = stored_jobs(*plan.last_good);
  }
  if (plan.remember) installed.status = *plan.remember;
  const auto carry_out = [](const std::optional<FileChange>& change,
                            std::optional<std::string>& file) {
    if (!change) return;
    file.reset();
    if (!change->remove) file = change->text;
  };
  carry_out(plan.stamp, installed.stamp);
  carry_out(plan.allowed, installed.allowed);
  if (plan.leadership) installed.leadership = *plan.leadership;
  return facts;
}

Facts settled_unit() {
  return after(fresh_unit(), plan(fresh_unit()));
}

MATCHER_P2(IsJobFile, user, names, "") {
  std::vector<std::string> found;
  const JobLines lines(arg.text);
  for (const JobLine& line : lines.all()) found.emplace_back(line.name);
  return arg.user == user && found == names &&
         static_cast<std::size_t>(std::count(arg.text.begin(), arg.text.end(), '\n')) ==
             names.size();
}

// A file of this user with lines of these jobs.
auto job_file(uid_t user, const std::vector<std::string>& names) {
  return IsJobFile(user, names);
}

// What a plan is when nothing is to be done.
Plan nothing() {
  Plan nothing;
  nothing.service = "django-app";
  return nothing;
}

Facts with_jobs(Facts facts, const std::string& text) {
  facts.config = config_with(text);
  facts.job_file = read_job_file(text);
  return facts;
}

TEST(Plan, OfAFreshUnitInstallsEverything) {
  const Plan first = plan(fresh_unit());
  EXPECT_EQ(first.claim, "django-cron/0\n");
  EXPECT_TRUE(first.copy_supervisor);
  EXPECT_THAT(first.install_jobs,
              ElementsAre(job_file(0, {"report"}), job_file(33, {"clearsessions"})));
  EXPECT_THAT(first.prepare_runs, ElementsAre(0u, 33u));
  ASSERT_TRUE(first.crontab);
  EXPECT_THAT(*first.crontab, HasSubstr("IS_LEADER=False"));
  EXPECT_TRUE(first.last_good);
  EXPECT_EQ(first.status, (Status{Workload::active, "standby, 2 jobs"}));
  EXPECT_FALSE(first.application_data);
  EXPECT_FALSE(first.stamp);
}

TEST(Plan, CarriedOutLeavesNothingToDo) {
  EXPECT_EQ(plan(settled_unit()), nothing());
}

TEST(Plan, OfANewLeaderGivesItLeaveAndTellsTheOthers) {
  Facts facts = settled_unit();
  lead(facts);
  facts.relation_id = "replicas:0";
  facts.decision.application = ApplicationChange{true, "django-cron/0", {}, {}};
  const Plan elected = plan(facts);
  Plan expected = nothing();
  expected.crontab = elected.crontab;
  expected.mark_leader = true;
  expected.application_data = DatabagWrite{"replicas:0", {{"leader", "django-cron/0"}}};
  expected.stamp = FileChange{false, text_of(kStamp)};
  expected.allowed = FileChange{false, "15\n"};
  expected.leadership = text_of(facts.decision.local);
  expected.status = Status{Workload::active, "leader, 2 jobs"};
  expected.remember = "prod django-cron/0\nactive leader, 2 jobs\n";
  expected.log = {{LogLevel::info, "crontab of django-app written, IS_LEADER=True"}};
  EXPECT_EQ(elected, expected);
  EXPECT_THAT(elected.crontab.value_or(""), HasSubstr("\nIS_LEADER=True\n"));
  facts.decision.application.reset();
  EXPECT_EQ(plan(after(facts, elected)), nothing());
}

TEST(Plan, OfALeaderRenewsItsStampInEachHook) {
  Facts facts = settled_unit();
  lead(facts);
  facts = after(facts, plan(facts));
  Plan expected = nothing();
  facts.decision.stamp->taken.since_boot += std::chrono::seconds(300);
  expected.stamp = FileChange{false, text_of(*facts.decision.stamp)};
  EXPECT_EQ(plan(facts), expected);
}

TEST(Plan, OfALeaderThatWaitsSaysFalseAndForWhom) {
  Facts facts = settled_unit();
  facts.leadership = Leadership::leader;
  facts.decision.standing = Standing::waiting;
  facts.decision.awaited = {{"django-cron/1", std::chrono::seconds(700)}};
  facts.reading.since_boot = std::chrono::seconds(100);
  facts.now = kInstalled;  // 22:13:20
  const Plan waiting = plan(facts);
  EXPECT_FALSE(waiting.crontab);  // it says False already
  EXPECT_FALSE(waiting.stamp);
  EXPECT_EQ(waiting.status,
            (Status{Workload::active, "leader, 2 jobs; waiting for django-cron/1 until 22:24"}));
}

TEST(Plan, OptionsOfLeadershipThatMakeNoSenseBlock) {
  Facts facts = settled_unit();
  facts.leadership_problem = "handover: immediate or safe";
  EXPECT_EQ(plan(facts).status, (Status{Workload::blocked, "handover: immediate or safe"}));
}

TEST(Plan, OfADemotedLeaderSaysFalse) {
  Facts facts = settled_unit();
  lead(facts);
  facts = after(facts, plan(facts));
  follow(facts);
  const Plan demoted = plan(facts);
  EXPECT_THAT(demoted.crontab.value_or(""), HasSubstr("\nIS_LEADER=False\n"));
  EXPECT_EQ(demoted.stamp, (FileChange{true, ""}));
  EXPECT_EQ(demoted.allowed, (FileChange{true, ""}));
  EXPECT_EQ(demoted.mark_leader, false);
}

TEST(Plan, LeadershipUnknownMeansFollower) {
  Facts facts = settled_unit();
  lead(facts);
  facts = after(facts, plan(facts));
  follow(facts, Leadership::unknown);
  const Plan unsure = plan(facts);
  EXPECT_THAT(unsure.crontab.value_or(""), HasSubstr("\nIS_LEADER=False\n"));
  EXPECT_EQ(unsure.status, (Status{Workload::active, "standby, 2 jobs; leadership unknown"}));
}

TEST(Plan, BadJobsKeepTheLastGoodOnesAndApplyLeadershipToThem) {
  Facts facts = with_jobs(settled_unit(), "- {name: x, schedule: 0 25 * * *}\n");
  lead(facts);
  const Plan bad = plan(facts);
  EXPECT_THAT(bad.crontab.value_or(""), HasSubstr("\nIS_LEADER=True\n"));
  EXPECT_THAT(bad.crontab.value_or(""), HasSubstr("run clearsessions\n"));
  EXPECT_THAT(bad.install_jobs, IsEmpty());
  EXPECT_THAT(bad.remove_jobs, IsEmpty());
  EXPECT_FALSE(bad.last_good);
  EXPECT_EQ(bad.status,
            (Status{Workload::blocked, "jobs, line 1: job x lacks a command (and 1 more)"}));
  ASSERT_EQ(bad.log.size(), 3u);
  EXPECT_EQ(bad.log[2].text, "jobs, line 1, column 25: hour 25 is out of range 0-23");
  // Told once, not in every hook.
  EXPECT_EQ(plan(after(facts, bad)), nothing());
}

TEST(Plan, AnotherSecondProblemIsLoggedThoughTheStatusStays) {
  Facts facts = with_jobs(settled_unit(), "- {name: x, schedule: 0 25 * * *}\n");
  facts = after(facts, plan(facts));
  facts = with_jobs(facts, "- {name: x, schedule: 0 26 * * *}\n");
  const Plan again = plan(facts);
  EXPECT_FALSE(again.status);
  ASSERT_EQ(again.log.size(), 2u);
  EXPECT_THAT(again.log[1].text, HasSubstr("hour 26"));
}

TEST(Plan, ConfigurationUnknownMeansTheLastGoodJobs) {
  Facts facts = settled_unit();
  facts.config.reset();
  facts.job_file = {};
  Plan expected = nothing();
  expected.status = Status{Workload::active, "standby, 2 jobs; configuration unknown"};
  expected.remember = "prod django-cron/0\nactive standby, 2 jobs; configuration unknown\n";
  EXPECT_EQ(plan(facts), expected);
}

TEST(Plan, ChangedJobsAreInstalledAndOldOnesRemoved) {
  Facts facts = with_jobs(settled_unit(),
                          "- {name: report, schedule: '@weekly', command: z}\n"
                          "- {name: new, schedule: '@daily', command: n}\n");
  const Plan changed = plan(facts);
  EXPECT_THAT(changed.install_jobs, ElementsAre(job_file(0, {"new", "report"})));
  EXPECT_THAT(changed.remove_jobs, ElementsAre(33u));
  EXPECT_EQ(changed.log[0].text, "jobs installed: new, report");
  EXPECT_EQ(changed.log[1].text, "jobs removed: clearsessions");
  EXPECT_TRUE(changed.crontab);
  EXPECT_TRUE(changed.last_good);
  EXPECT_EQ(plan(after(facts, changed)), nothing());
}

TEST(Plan, AUsersFileThatWasTouchedIsInstalledAgain) {
  const std::string right = settled_unit().installed.jobs.at(0).text;
  for (const InstalledJobs& wrong :
       {InstalledJobs{"{}", true}, InstalledJobs{right, false}, InstalledJobs{right + right, true},
        InstalledJobs{right + "\n", true}, InstalledJobs{"", true}}) {
    Facts facts = settled_unit();
    facts.installed.jobs[0] = wrong;
    Plan expected = nothing();
    expected.install_jobs = {{0, right}};
    Plan repair = plan(facts);
    repair.log.clear();
    EXPECT_EQ(repair, expected) << wrong.text;
  }
}

TEST(Plan, AJobKeepsItsTimeAsLongAsItsTextStays) {
  Facts facts = fresh_unit();
  facts.now = kInstalled;
  facts = after(facts, plan(facts));
  facts.now += std::chrono::hours(1);
  EXPECT_EQ(plan(facts), nothing());
  const Facts more =
      with_jobs(facts, std::string(kJobs) + "- {name: a, schedule: '@daily', command: y}\n");
  const Plan added = plan(more);
  ASSERT_EQ(added.install_jobs.size(), 1u);
  EXPECT_THAT(added.install_jobs[0].text, HasSubstr("{\"since\":1700003600,\"name\":\"a\""));
  EXPECT_THAT(added.install_jobs[0].text, HasSubstr("{\"since\":1700000000,\"name\":\"report\""));
  const Plan changed =
      plan(with_jobs(facts, "- {name: report, schedule: '@weekly', command: z}\n"));
  ASSERT_EQ(changed.install_jobs.size(), 1u);
  EXPECT_THAT(changed.install_jobs[0].text, HasSubstr("{\"since\":1700003600,\"name\":\"report\""));
}

TEST(Plan, AJobThatGoesStaysInItsFileUntilTheCrontabDoesNotNameItAnyMore) {
  const char* const three =
      "- {name: b, schedule: '@daily', command: x}\n"
      "- {name: c, schedule: '@daily', command: x}\n"
      "- {name: a, schedule: '@daily', command: x}\n";
  Facts facts = with_jobs(fresh_unit(), three);
  facts = after(facts, plan(facts));
  const std::string before = facts.installed.jobs.at(0).text;
  // Without anything new, the file stays as it is.
  const Plan less = plan(with_jobs(facts, "- {name: b, schedule: '@daily', command: x}\n"));
  EXPECT_THAT(less.install_jobs, IsEmpty());
  EXPECT_THAT(less.prune_jobs, ElementsAre(job_file(0, {"b"})));
  EXPECT_EQ(less.log[0].text, "jobs removed: a, c");
  const Plan other = plan(with_jobs(facts, "- {name: bb, schedule: '@daily', command: x}\n"));
  EXPECT_THAT(other.install_jobs, ElementsAre(job_file(0, {"a", "b", "bb", "c"})));
  EXPECT_THAT(other.prune_jobs, ElementsAre(job_file(0, {"bb"})));
  // Killed before it was pruned, the next hook does that.
  Facts killed = with_jobs(facts, "- {name: bb, schedule: '@daily', command: x}\n");
  killed.installed.jobs[0].text = other.install_jobs[0].text;
  EXPECT_THAT(plan(killed).install_jobs, IsEmpty());
  EXPECT_EQ(plan(killed).prune_jobs, other.prune_jobs);
  EXPECT_EQ(plan(with_jobs(facts, three)), nothing());
  EXPECT_EQ(facts.installed.jobs.at(0).text, before);
}

TEST(Plan, AJobThatGoesToAnotherUserIsInBothFilesMeanwhile) {
  Facts facts = settled_unit();
  facts.users["nobody"] = 65534;
  facts.installed.runs[33].names = {"clearsessions"};
  facts.installed.former_owners = {{"clearsessions", 33}};
  facts = with_jobs(facts,
                    "- {name: clearsessions, schedule: '17 3 * * *', command: x, user: nobody}\n"
                    "- {name: report, schedule: '@weekly', command: y}\n");
  const Plan moved = plan(facts);
  EXPECT_THAT(moved.install_jobs, ElementsAre(job_file(65534, {"clearsessions"})));
  EXPECT_THAT(moved.prune_jobs, IsEmpty());
  EXPECT_THAT(moved.remove_jobs, ElementsAre(33u));
  EXPECT_THAT(moved.prepare_runs, ElementsAre(65534u));
  EXPECT_THAT(moved.move_runs, ElementsAre(RunFolderToMove{"clearsessions", 33, 65534}));
  EXPECT_THAT(moved.remove_runs, ElementsAre(RunFolderToRemove{33, ""}));
  EXPECT_EQ(moved.log[0].text, "jobs installed: clearsessions");
  EXPECT_EQ(plan(after(facts, moved)), nothing());
}

TEST(Plan, WhatAUserPutAmongItsRunsIsNobodyElses) {
  Facts facts = settled_unit();
  // A folder that the former owner of no job made, for a job that has not run yet.
  facts.installed.runs[33].names = {".x", "clearsessions", "report"};
  Plan expected = nothing();
  expected.remove_runs = {{33, ".x"}, {33, "report"}};
  EXPECT_EQ(plan(facts), expected);
  // One that runs already has its own.
  facts.installed.former_owners = {{"report", 33}};
  facts.installed.runs[0].names = {"report"};
  EXPECT_EQ(plan(facts), expected);
}

TEST(Plan, FoldersOfRunsThatAreNotTheUsersAreMended) {
  Facts facts = settled_unit();
  facts.installed.runs[33].sound = false;
  facts.installed.runs[7] = {{"a"}, true};
  Plan expected = nothing();
  expected.prepare_runs = {33};
  expected.remove_runs = {{7, ""}};
  EXPECT_EQ(plan(facts), expected);
  facts = settled_unit();
  facts.installed.runs.clear();
  EXPECT_THAT(plan(facts).prepare_runs, ElementsAre(0u, 33u));
}

TEST(Plan, AUserThatIsMissingTakesItsJobsLineAwayAndSaysSo) {
  Facts facts = settled_unit();
  facts.users.erase("www-data");
  const Plan missing = plan(facts);
  EXPECT_THAT(missing.crontab.value_or(""),
              HasSubstr("#   Not run here: this machine has no user www-data.\n"));
  EXPECT_EQ(missing.status,
            (Status{Workload::active, "standby, 2 jobs; no user www-data for clearsessions"}));
  // Nobody but root reads it until its user is there.
  EXPECT_THAT(missing.install_jobs, ElementsAre(job_file(0, {"clearsessions", "report"})));
  EXPECT_THAT(missing.remove_jobs, ElementsAre(33u));
  Facts later = after(facts, missing);
  later.users["www-data"] = 33;
  const Plan there = plan(later);
  EXPECT_THAT(there.install_jobs, ElementsAre(job_file(33, {"clearsessions"})));
  EXPECT_THAT(there.prune_jobs, ElementsAre(job_file(0, {"report"})));
  EXPECT_EQ(there.status, (Status{Workload::active, "standby, 2 jobs"}));
}

TEST(Plan, ADisabledJobIsNotCountedAndNeedsNoUser) {
  const Facts facts =
      with_jobs(fresh_unit(),
                "- {name: a, schedule: '@daily', command: x, user: nobody-here, enabled: false}\n");
  EXPECT_EQ(plan(facts).status, (Status{Workload::active, "standby, 0 jobs"}));
}

TEST(Plan, AnotherApplicationsServiceIsNotTouched) {
  Facts facts = fresh_unit();
  lead(facts);
  facts.relation_id = "replicas:0";
  facts.decision.application = ApplicationChange{true, "django-cron/0", {}, {}};
  facts.services = {{"django-app", "other-cron/7", false}};
  Plan expected = nothing();
  expected.application_data = DatabagWrite{"replicas:0", {{"leader", "django-cron/0"}}};
  expected.status =
      Status{Workload::blocked,
             "django-app is maintained here by other-cron; remove one, or set service-name"};
  EXPECT_EQ(plan(facts), expected);
}

TEST(Plan, WhatARemovedUnitOfThisApplicationLeftIsTakenOver) {
  Facts facts = settled_unit();
  facts.unit = "django-cron/4";
  facts.services = {{"django-app", "django-cron/0", false}};
  const Plan take_over = plan(facts);
  EXPECT_EQ(take_over.claim, "django-cron/4\n");
  // What the old unit told Juju says nothing about this one.
  EXPECT_EQ(take_over.status, (Status{Workload::active, "standby, 2 jobs"}));
  EXPECT_FALSE(take_over.crontab);
  facts.services[0].unit_lives = true;
  const Plan refused = plan(facts);
  EXPECT_EQ(refused.status,
            (Status{Workload::blocked, "django-app is maintained here by unit django-cron/0"}));
  EXPECT_FALSE(refused.claim);
}

TEST(Plan, AFileThatIsNotOursIsNotTouched) {
  const auto only_blocked = [](const Facts& facts, const std::string& message) {
    Plan expected = nothing();
    expected.status = Status{Workload::blocked, message};
    EXPECT_EQ(plan(facts), expected);
  };
  Facts facts = fresh_unit();
  facts.installed.crontab = "# by hand\n";
  only_blocked(facts, "not ours, move it away: /etc/cron.d/django-app-maintenance");
  facts = fresh_unit();
  facts.installed.crontab_in_the_way = true;
  only_blocked(facts, "not ours, move it away: /etc/cron.d/django-app-maintenance");
  facts = fresh_unit();
  facts.installed.supervisor_exists = true;
  only_blocked(facts, "not ours, move it away: /usr/local/bin/django-app-maintenance");
  facts = fresh_unit();
  facts.installed.state_in_the_way = true;
  only_blocked(facts, "not ours, move it away: /var/lib/django-app-maintenance");
}

TEST(Plan, AFolderInTheWayBlocksThoughTheServiceIsOurs) {
  Facts facts = settled_unit();
  facts.installed.crontab.reset();
  facts.installed.crontab_in_the_way = facts.installed.folder_in_the_way = true;
  const Plan refused = plan(facts);
  EXPECT_EQ(refused.status->workload, Workload::blocked);
  EXPECT_FALSE(refused.crontab);
}

TEST(Plan, WhileAServiceNameIsRefusedLeadershipIsAppliedToTheOldService) {
  Facts facts = settled_unit();
  lead(facts);
  facts.refusal = "shop is maintained here by other-cron; remove one, or set service-name";
  const Plan refused = plan(facts);
  EXPECT_THAT(refused.crontab.value_or(""), HasSubstr("IS_LEADER=True"));
  EXPECT_EQ(refused.status, (Status{Workload::blocked, facts.refusal}));
  EXPECT_THAT(refused.abandon, IsEmpty());
}

TEST(Plan, JobsThatAreNotToldAreTheLastGoodOnes) {
  Facts facts = settled_unit();
  facts.config->jobs.reset();
  facts.job_file = {};
  EXPECT_EQ(plan(facts).status,
            (Status{Workload::active, "standby, 2 jobs; configuration unknown"}));
  EXPECT_FALSE(plan(facts).crontab);
  // Where there never were any, none are missing.
  Facts fresh = fresh_unit();
  fresh.config->jobs.reset();
  fresh.job_file = {};
  EXPECT_EQ(plan(fresh).status, (Status{Workload::active, "standby, 0 jobs"}));
}

TEST(Plan, ACrontabThatNamesUsIsOursThoughTheOwnerFileIsGone) {
  Facts facts = settled_unit();
  facts.services.clear();
  facts.installed.state_in_the_way = true;
  facts.installed.supervisor_current = false;
  const Plan again = plan(facts);
  EXPECT_EQ(again.claim, "django-cron/0\n");
  EXPECT_TRUE(again.copy_supervisor);
}

TEST(Plan, ANewServiceNameBringsItsFilesBeforeTheOldOnesGo) {
  Facts facts = settled_unit();
  facts.config->service_name = "shop";
  facts.service = choose_service(facts.unit, facts.principal_unit, facts.config, facts.services);
  EXPECT_EQ(facts.service, "shop");
  facts.installed = {};
  const Plan renamed = plan(facts);
  EXPECT_EQ(renamed.service, "shop");
  EXPECT_TRUE(renamed.claim && renamed.crontab && renamed.copy_supervisor);
  EXPECT_THAT(renamed.abandon, ElementsAre("django-app"));
}

TEST(Plan, AServiceNameThatIsNoNameBlocksAndKeepsTheServiceThatIs) {
  Facts facts = settled_unit();
  facts.config->service_name = "Django App";
  EXPECT_EQ(choose_service(facts.unit, facts.principal_unit, facts.config, facts.services),
            "django-app");
  EXPECT_EQ(plan(facts).status,
            (Status{Workload::blocked,
                    "service-name: only lowercase letters, digits and hyphens, at most 200"}));
  EXPECT_FALSE(plan(facts).crontab);
  // On a fresh unit there is no service to keep, and none is guessed.
  Facts fresh = fresh_unit();
  fresh.config = facts.config;
  fresh.service = choose_service(fresh.unit, fresh.principal_unit, fresh.config, {});
  EXPECT_EQ(fresh.service, "");
  const Plan refused = plan(fresh);
  EXPECT_EQ(refused.status->workload, Workload::blocked);
  EXPECT_FALSE(refused.crontab || refused.claim || refused.copy_supervisor || refused.remember);
}

TEST(Plan, WithoutACronDaemonItIsBlockedWithTheRemedy) {
  Facts facts = settled_unit();
  facts.cron_daemon = false;
  EXPECT_EQ(
      plan(facts).status,
      (Status{Workload::blocked, "no cron daemon on this machine; run: apt-get install cron"}));
}

TEST(Plan, ACrontabThatCronWouldNotSeeIsWrittenAgain) {
  Facts facts = settled_unit();
  facts.installed.crontab_sound = false;
  EXPECT_EQ(plan(facts).crontab, facts.installed.crontab);
}

TEST(Plan, NoSecretLeavesTheJobsFiles) {
  const Facts facts = with_jobs(
      fresh_unit(), "- {name: a, schedule: '@daily', command: x, environment: {TOKEN: hunter2}}\n");
  const Plan secretive = plan(facts);
  EXPECT_THAT(secretive.install_jobs.at(0).text, HasSubstr("hunter2"));
  EXPECT_EQ(secretive.crontab->find("hunter2"), std::string::npos);
  for (const LogMessage& message : secretive.log)
    EXPECT_EQ(message.text.find("hunter2"), std::string::npos);
  EXPECT_EQ(secretive.remember->find("hunter2"), std::string::npos);
}

TEST(Plan, OfRemovalAbandonsWhatTheUnitOwnsAndNothingElse) {
  Facts facts = settled_unit();
  facts.leadership = Leadership::leader;
  facts.services = {{"django-app", "django-cron/0", true},
                    {"other", "other-cron/0", true},
                    {"old", "django-cron/0", true},
                    {"sibling", "django-cron/1", true}};
  EXPECT_THAT(plan_removal(facts).abandon, ElementsAre("django-app", "old"));
}

TEST(Names, TheServiceIsThePrincipalElseOurselves) {
  EXPECT_EQ(choose_service("django-cron/0", "django-app/3", Config{}, {}), "django-app");
  EXPECT_EQ(choose_service("django-cron/0", "", Config{}, {}), "django-cron");
  EXPECT_EQ(choose_service("django-cron/0", "django-app/3", config_with("", "shop"), {}), "shop");
  EXPECT_EQ(choose_service("django-cron/0", std::string(201, 'a') + "/3", Config{}, {}), "");
  EXPECT_EQ(choose_service("django-cron/0", "django-app/3", std::nullopt, {}), "");
  EXPECT_EQ(choose_service("django-cron/0", "django-app/3", std::nullopt,
                           {{"shop", "django-cron/0", true}}),
            "shop");
}

TEST(Names, AServiceNameIsAFileNameThatEveryCronReads) {
  for (const char* name : {"a", "django-app", "0x", "a-1"})
    EXPECT_TRUE(is_service_name(name)) << name;
  for (const char* name : {"", "-a", "A", "a_b", "a.b", "a/b", "a b", "../a"})
    EXPECT_FALSE(is_service_name(name)) << name;
  EXPECT_FALSE(is_service_name(std::string(201, 'a')));
}

}  // namespace
}  // namespace leader_cron
