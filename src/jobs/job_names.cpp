#include "jobs/job_names.h"

#include <algorithm>

#include "cron/ascii.h"

namespace leader_cron {

bool is_job_name(std::string_view name) {
  return !name.empty() && name.front() != '-' && name.size() <= kLongestJobName &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

std::string as_job_name(std::string_view name) {
  std::string valid;
  for (const char c : name) {
    if (is_letter(c) || is_digit(c)) {
      valid += lowered(c);
    } else if (!valid.empty() && valid.back() != '-') {
      valid += '-';
    }
  }
  while (!valid.empty() && valid.back() == '-') valid.pop_back();
  return valid.substr(0, kLongestJobName);
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_user_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_letter(c) || is_digit(c) ||
                  std::string_view("_.-@+$").find(c) != std::string_view::npos;
         });
}

}  // namespace leader_cron
