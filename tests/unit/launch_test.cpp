#include "run/launch.h"

#include <gtest/gtest.h>

namespace leader_cron {
namespace {

TEST(Launch, TheJobsEnvironmentIsCronsThenItsOwn) {
  Job job;
  job.command = "a; b";
  job.directory = "/srv/app";
  job.environment = {{"PATH", "/opt/bin"}, {"MODE", "x=y"}};
  EXPECT_EQ(launch_of(job, {"PATH=/bin", "HOME=/root", "PATHS=1"}),
            (Launch{{"/bin/sh", "-c", "a; b"},
                    {"HOME=/root", "PATHS=1", "PATH=/opt/bin", "MODE=x=y"},
                    "/srv/app"}));
}

TEST(Launch, WithoutADirectoryItStaysWhereCronStartedIt) {
  EXPECT_EQ(launch_of(Job{}, {}).directory, "");
}

}  // namespace
}  // namespace leader_cron
