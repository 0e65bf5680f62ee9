#include "jobs/problem_json.h"

#include <nlohmann/json.hpp>

#include "cron/in_words.h"

namespace leader_cron {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Problem& problem, const char* severity) {
  return {{"severity", severity},
          {"line", problem.at.line},
          {"column", problem.at.column},
          {"message", problem.what},
          {"instead", problem.instead}};
}

}  // namespace

std::string job_file_as_json(std::string_view file, const JobFile& job_file) {
  Json jobs = Json::array();
  for (const Job& job : job_file.jobs) {
    jobs.push_back(
        {{"name", job.name}, {"schedule", job.schedule.text}, {"words", in_words(job.schedule)}});
  }
  Json problems = Json::array();
  for (const Problem& problem : job_file.problems) problems.push_back(json_of(problem, "error"));
  for (const Problem& warning : job_file.warnings) problems.push_back(json_of(warning, "warning"));
  // A file's name need not be UTF-8.
  return Json{{"file", file}, {"jobs", std::move(jobs)}, {"problems", std::move(problems)}}.dump(
             2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace leader_cron
