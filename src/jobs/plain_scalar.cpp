#include "jobs/plain_scalar.h"

#include <algorithm>
#include <cstddef>

#include "cron/ascii.h"

namespace leader_cron {
namespace {

bool is_one_of(std::string_view word, std::string_view lower, std::string_view title,
               std::string_view upper) {
  return word == lower || word == title || word == upper;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// The int and float forms of YAML 1.2's core schema.
bool is_number(std::string_view text) {
  if (text.starts_with("0x") && text.size() > 2) {
    return text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
  }
  if (text.starts_with("0o") && text.size() > 2)
    return text.find_first_not_of("01234567", 2) == std::string_view::npos;
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (is_one_of(text, ".inf", ".Inf", ".INF") || is_one_of(text, ".nan", ".NaN", ".NAN"))
    return true;
  const std::size_t whole = skip_digits(text, 0);
  std::size_t at = whole;
  std::size_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    const std::size_t end = skip_digits(text, at + 1);
    fraction = end - at - 1;
    at = end;
  }
  if (whole + fraction == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    const std::size_t end = skip_digits(text, at);
    if (end == at) return false;
    at = end;
  }
  return at == text.size();
}

}  // namespace

PlainLook look_of(std::string_view plain) {
  if (is_one_of(plain, "true", "True", "TRUE") || is_one_of(plain, "false", "False", "FALSE"))
    return PlainLook::boolean;
  return is_number(plain) ? PlainLook::number : PlainLook::string;
}

std::optional<bool> boolean_of(std::string_view plain) {
  if (is_one_of(plain, "true", "True", "TRUE") || is_one_of(plain, "yes", "Yes", "YES") ||
      is_one_of(plain, "on", "On", "ON")) {
    return true;
  }
  if (is_one_of(plain, "false", "False", "FALSE") || is_one_of(plain, "no", "No", "NO") ||
      is_one_of(plain, "off", "Off", "OFF")) {
    return false;
  }
  return std::nullopt;
}

}  // namespace leader_cron
