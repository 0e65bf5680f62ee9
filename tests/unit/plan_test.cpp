#include "charm/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "charm/names.h"
#include "cron/crontab.h"
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
  for (const JobToInstall& job : plan.install_jobs)
    installed.jobs[job.name] = {job.text, job.owner, true, kInstalled};
  for (const RunFolderToPrepare& folder : plan.prepare_runs)
    installed.run_folders.insert(folder.job);
  for (const std::string& name : plan.remove_runs) installed.run_folders.erase(name);
  if (plan.mark_leader)
    installed.leader_since = *plan.mark_leader ? std::optional(kInstalled) : std::nullopt;
  if (plan.metrics) {
    installed.metrics_file = plan.metrics->path;
    installed.metrics = plan.metrics->text;
  }
  for (const std::string& name : plan.remove_jobs) installed.jobs.erase(name);
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
  ASSERT_EQ(first.install_jobs.size(), 2u);
  EXPECT_EQ(first.install_jobs[0].name, "clearsessions");
  EXPECT_EQ(first.install_jobs[0].owner, 33u);
  EXPECT_EQ(first.install_jobs[1].owner, 0u);
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
  ASSERT_EQ(changed.install_jobs.size(), 2u);
  EXPECT_EQ(changed.install_jobs[0].name, "report");
  EXPECT_EQ(changed.install_jobs[1].name, "new");
  EXPECT_THAT(changed.remove_jobs, ElementsAre("clearsessions"));
  EXPECT_TRUE(changed.crontab);
  EXPECT_TRUE(changed.last_good);
  EXPECT_EQ(plan(after(facts, changed)), nothing());
}

TEST(Plan, AJobWhoseFileWasTouchedIsInstalledAgain) {
  for (const InstalledJob& wrong :
       {InstalledJob{"{}", 0, true, kInstalled},
        InstalledJob{store_job(fresh_unit().job_file.jobs[1]), 33, true, kInstalled},
        InstalledJob{store_job(fresh_unit().job_file.jobs[1]), 0, false, kInstalled}}) {
    Facts facts = settled_unit();
    facts.installed.jobs["report"] = wrong;
    const Plan repair = plan(facts);
    ASSERT_EQ(repair.install_jobs.size(), 1u);
    EXPECT_EQ(repair.install_jobs[0].name, "report");
  }
}

TEST(Plan, AUserThatIsMissingTakesItsJobsLineAwayAndSaysSo) {
  Facts facts = settled_unit();
  facts.users.erase("www-data");
  const Plan missing = plan(facts);
  EXPECT_THAT(missing.crontab.value_or(""),
              HasSubstr("#   Not run here: this machine has no user www-data.\n"));
  EXPECT_EQ(missing.status,
            (Status{Workload::active, "standby, 2 jobs; no user www-data for clearsessions"}));
  ASSERT_EQ(missing.install_jobs.size(), 1u);
  EXPECT_EQ(missing.install_jobs[0].owner, 0u);  // nobody but root reads it until its user is there
  Facts later = after(facts, missing);
  later.users["www-data"] = 33;
  const Plan there = plan(later);
  EXPECT_EQ(there.install_jobs.at(0).owner, 33u);
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
