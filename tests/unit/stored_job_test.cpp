#include "jobs/stored_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "jobs/job_file.h"

namespace leader_cron {
namespace {

using testing::HasSubstr;

std::vector<Job> some_jobs() {
  const JobFile file = read_job_file(R"(
- {name: a, schedule: "*/5 * * * mon,7", command: "x\ny \u00e4 \"'%", user: www-data, description: D,
   environment: {B: "1", A: "2\n3"}, directory: /srv, run-on: all, enabled: false,
   timeout: 90s, overlap: allow, umask: "077", log-limit: 64K, catch-up: true, catch-up-window: 6h}
- {name: b, schedule: "@daily", command: y}
- {name: c, schedule: "@daily", command: z, catch-up: true}
)");
  EXPECT_EQ(file.jobs.size(), 3u);
  return file.jobs;
}

TEST(StoredJob, ReadsBackAsItWas) {
  for (const Job& job : some_jobs()) EXPECT_EQ(stored_job(body_of(job)), job);
  const std::vector<uid_t> owners = {33, 0, 0};
  const StoredJobs stored = store_jobs(some_jobs(), owners);
  EXPECT_EQ(stored_jobs(stored.text), some_jobs());
  EXPECT_EQ(stored_owners(stored.text),
            (std::vector<StoredOwner>{{"a", "www-data", 33}, {"b", "root", 0}, {"c", "root", 0}}));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(stored.body(i), body_of(some_jobs()[i]));
  EXPECT_EQ(stored_jobs(store_jobs({}, {}).text), std::vector<Job>{});
}

TEST(StoredJob, OfTheLastGoodJobsAllOrNoneAreRead) {
  const std::vector<uid_t> owners = {33, 0, 0};
  const std::string text = store_jobs(some_jobs(), owners).text;
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(stored_jobs(text.substr(0, size))) << size;
    EXPECT_TRUE(stored_owners(text.substr(0, size)).empty()) << size;
  }
  EXPECT_FALSE(stored_jobs(text + text));
}

TEST(StoredJob, CatchUpHasAPlaceInIt) {
  const std::string text = body_of(some_jobs().at(0));
  EXPECT_THAT(text, HasSubstr(",\"catch-up\":true,\"catch-up-window\":21600,"));
  EXPECT_THAT(body_of(some_jobs().at(1)),
              HasSubstr(",\"catch-up\":false,\"catch-up-window\":null,"));
}

// An upgrade of the charm must not find every file another.
TEST(StoredJob, IsTheTextThatTheJsonLibraryWrites) {
  std::vector<Job> jobs = some_jobs();
  jobs[0].description = "\x7f \xc3\xa4 \xf0\x9f\x90\xa7 \\ / \t \x01 \"";
  jobs[1].environment = {{"A", ""}, {"B", "\n"}, {"C", "c"}};
  for (const Job& job : jobs) {
    EXPECT_EQ(nlohmann::ordered_json::parse("{" + body_of(job)).dump(), "{" + body_of(job));
    EXPECT_EQ(stored_job(body_of(job)), job);
  }
  const std::vector<uid_t> owners = {33, 0, 0};
  const auto all = nlohmann::ordered_json::parse(store_jobs(jobs, owners).text);
  ASSERT_EQ(all.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(all[i].dump(), "{\"uid\":" + std::to_string(owners[i]) + "," + body_of(jobs[i]));
}

TEST(StoredJob, WhatAnOlderVersionKeptIsReadWithDefaults) {
  const auto job = stored_job(R"("name": "a", "schedule": "0 0 * * *", "command": "x"})");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->user, "root");
  EXPECT_TRUE(job->enabled);
  EXPECT_FALSE(job->catch_up);
  EXPECT_EQ(job->catch_up_window, std::nullopt);
}

TEST(StoredJob, WhatIsDamagedIsNothing) {
  for (const char* text :
       {"", "{", "[]", "5", "}", R"("name": "a"})",
        R"("name": 5, "schedule": "0 0 * * *", "command": ""})",
        R"("name": "a", "schedule": "x", "command": "x"})",
        R"("name": "a", "schedule": "0 0 * * *", "command": "x", "catch-up": "true"})",
        R"("name": "a", "schedule": "0 0 * * *", "command": "x", "catch-up-window": "6h"})"}) {
    EXPECT_FALSE(stored_job(text)) << text;
  }
  for (const char* text : {"", "[", "[5]", "5", R"([{"name": "a"}])"})
    EXPECT_FALSE(stored_jobs(text)) << text;
}

}  // namespace
}  // namespace leader_cron
