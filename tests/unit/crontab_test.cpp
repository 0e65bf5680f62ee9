#include "cron/crontab.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace leader_cron {
namespace {

using testing::HasSubstr;

CrontabJob clearsessions() {
  return {"clearsessions",
          "17 3 * * *",
          "www-data",
          "Purge expired sessions",
          "every day at 03:17",
          "/srv/app/manage.py clearsessions",
          true,
          ""};
}

std::string render(const Crontab& crontab) {
  return render_crontab(crontab, built_in_crontab_template());
}

constexpr const char* kHead =
    "# Maintenance jobs of django-app, written by the Juju application django-cron. Edits are "
    "overwritten.\n"
    "# To change them:  juju config django-cron jobs=@jobs.yaml\n"
    "# This file is the same on every unit but for IS_LEADER: the jobs run where it is True.\n";
constexpr const char* kSettings =
    "SHELL=/bin/sh\n"
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n";

TEST(Crontab, HasTheShapeThatOperatorsRead) {
  EXPECT_EQ(render({"django-app", "django-cron", true, {clearsessions()}}),
            std::string(kHead) + "IS_LEADER=True\n" + kSettings +
                "\n"
                "# clearsessions: Purge expired sessions\n"
                "#   /srv/app/manage.py clearsessions\n#   every day at 03:17\n"
                "17 3 * * *  www-data  [ \"$IS_LEADER\" = True ] || exit 0; "
                "/usr/local/bin/django-app-maintenance run clearsessions\n");
}

TEST(Crontab, WithoutJobsSaysSo) {
  EXPECT_EQ(render({"django-app", "django-cron", false, {}}),
            std::string(kHead) + "IS_LEADER=False\n" + kSettings + "\n# There are no jobs.\n");
}

TEST(Crontab, JobsFollowEachOtherAndThoseForAllUnitsHaveNoGuard) {
  CrontabJob everywhere = clearsessions();
  everywhere.name = "rotate";
  everywhere.description = "";
  everywhere.leader_only = false;
  CrontabJob absent = clearsessions();
  absent.absence = "this machine has no user www-data";
  EXPECT_THAT(render({"django-app", "django-cron", false, {clearsessions(), everywhere, absent}}),
              HasSubstr("run clearsessions\n"
                        "\n"
                        "# rotate\n"
                        "#   /srv/app/manage.py clearsessions\n#   every day at 03:17\n"
                        "17 3 * * *  www-data  /usr/local/bin/django-app-maintenance run rotate\n"
                        "\n"
                        "# clearsessions: Purge expired sessions\n"
                        "#   /srv/app/manage.py clearsessions\n#   every day at 03:17\n"
                        "#   Not run here: this machine has no user www-data.\n"));
}

struct CommandCase {
  std::string command;
  std::string shown;
};

class ShownCommand : public testing::TestWithParam<CommandCase> {};

TEST_P(ShownCommand, IsOneCommentLine) {
  CrontabJob job = clearsessions();
  job.command = GetParam().command;
  EXPECT_THAT(render({"s", "a", true, {job}}),
              HasSubstr("sessions\n#   " + GetParam().shown + "\n#   every day at 03:17\n17 3"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ShownCommand,
    testing::Values(CommandCase{"a; b % {{{x}}} <&>\"'", "a; b % {{{x}}} <&>\"'"},
                    CommandCase{"a\n", "a"}, CommandCase{"a\nb\n", "a ... (and 1 more line)"},
                    CommandCase{"\n  \na\nb\nc", "a ... (and 2 more lines)"},
                    CommandCase{"a\r* * * * * root rm", "a * * * * * root rm"},
                    CommandCase{std::string(5000, 'x'),
                                std::string(500, 'x') + " ... (and 4500 more bytes)"},
                    // A cut never splits a character.
                    CommandCase{std::string(499, 'x') + "\xc3\xa4" + "y",
                                std::string(499, 'x') + " ... (and 3 more bytes)"}));

TEST(Crontab, NoDescriptionLeavesItsComment) {
  CrontabJob job = clearsessions();
  job.description = "a\n* * * * * root rm -rf /\r\x0b\x0c\x7f";
  EXPECT_THAT(render({"s", "a", true, {job}}),
              HasSubstr("# clearsessions: a * * * * * root rm -rf /    \n"));
}

TEST(Crontab, TellsWhoseItIs) {
  const std::string text = render({"django-app", "django-cron", true, {}});
  EXPECT_TRUE(is_written_by(text, "django-cron"));
  EXPECT_FALSE(is_written_by(text, "django-cro"));
  EXPECT_FALSE(is_written_by(text, "cron"));
  EXPECT_FALSE(is_written_by("# by hand\n" + text, "django-cron"));
  EXPECT_FALSE(is_written_by("", "django-cron"));
}

TEST(Crontab, RefusesATemplateThatIsNoTemplate) {
  EXPECT_THROW(render_crontab({"s", "a", true, {}}, "{{#jobs}}"), std::invalid_argument);
}

TEST(CrontabHead, IsWhatHoldsForAllJobs) {
  const CrontabHead head = read_crontab_head(
      "# a comment with A=1\n\nIS_LEADER=True\nSHELL=/bin/sh\nEMPTY=\"\"\n0 0 * * *  root  "
      "B=2\nC=3\n");
  EXPECT_EQ(head, (CrontabHead{{"IS_LEADER=True", "SHELL=/bin/sh", "EMPTY=\"\""}, true}));
  EXPECT_EQ(read_crontab_head("IS_LEADER=False\n").leader, false);
  EXPECT_EQ(read_crontab_head("").leader, std::nullopt);
  // Cron does not see a line without its end.
  EXPECT_EQ(read_crontab_head("IS_LEADER=True"), CrontabHead{});
}

TEST(CrontabHead, OfARenderedCrontabTellsWhoLeads) {
  for (const bool leader : {true, false}) {
    const Crontab crontab{"django-app", "django-cron", leader, {}};
    EXPECT_EQ(read_crontab_head(render_crontab(crontab, built_in_crontab_template())).leader,
              leader);
  }
}

}  // namespace
}  // namespace leader_cron
