#include "jobs/source_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace leader_cron {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The length of the UTF-8 sequence at the start of `rest`, 0 if there is none (RFC 3629).
std::size_t sequence_length(std::string_view rest) {
  const auto byte = [rest](std::size_t i) -> std::uint32_t {
    return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0;
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || length > rest.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(rest[i])) return 0;
  }
  const std::uint32_t second = byte(1);
  if (first == 0xE0 && second < 0xA0) return 0;  // overlong
  if (first == 0xED && second > 0x9F) return 0;  // surrogates
  if (first == 0xF0 && second < 0x90) return 0;  // overlong
  if (first == 0xF4 && second > 0x8F) return 0;  // past U+10FFFF
  return length;
}

// Behind the quotation mark that closes the one at `start`; npos where none does. As in YAML, ''
// and \" do not close.
std::size_t end_of_quote(std::string_view text, std::size_t start) {
  const char quote = text[start];
  for (std::size_t at = start + 1; at < text.size(); ++at) {
    const bool escapes = quote == '"' ? text[at] == '\\' : text.substr(at, 2) == "''";
    if (escapes) {
      ++at;
    } else if (text[at] == quote) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::string as_utf8(std::string_view text) {
  std::string utf8;
  utf8.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length > 0) {
      utf8 += text.substr(at, length);
      at += length;
    } else {
      const auto byte = static_cast<unsigned char>(text[at++]);
      utf8 += static_cast<char>(0xC0 | byte >> 6);
      utf8 += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return utf8;
}

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return !is_continuation(c); }));
}

std::string_view first_characters(std::string_view utf8, std::size_t characters) {
  std::size_t at = 0;
  while (at < utf8.size()) {
    if (!is_continuation(utf8[at]) && characters-- == 0) break;
    ++at;
  }
  return utf8.substr(0, at);
}

SourceText::SourceText(std::string_view text) : text_(text), line_starts_{0} {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') line_starts_.push_back(i + 1);
  }
}

std::optional<Problem> SourceText::first_unreadable() const {
  for (std::size_t at = 0; at < text_.size();) {
    const auto byte = static_cast<unsigned char>(text_[at]);
    if (byte == 0) return Problem{position_of(at), "a NUL byte: a job file is text", ""};
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f) {
      return Problem{position_of(at),
                     fmt::format("control character 0x{:02x}: a job file is text", byte), ""};
    }
    const std::size_t length = sequence_length(text_.substr(at));
    if (length == 0) {
      return Problem{position_of(at),
                     fmt::format("byte 0x{:02x} is not UTF-8: a job file is UTF-8 text", byte), ""};
    }
    at += length;
  }
  return std::nullopt;
}

std::string_view SourceText::line(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > line_starts_.size()) return {};
  const auto index = static_cast<std::size_t>(number);
  const std::size_t start = line_starts_[index - 1];
  const std::size_t end = index < line_starts_.size() ? line_starts_[index] - 1 : text_.size();
  std::string_view line = text_.substr(start, end - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view SourceText::rest_of_line(Position at) const {
  const std::string_view whole = line(at.line);
  if (cursor_.line != at.line || cursor_.column > at.column) cursor_ = {at.line, 1, 0};
  const auto further = static_cast<std::size_t>(std::max(at.column - cursor_.column, 0));
  cursor_.offset += first_characters(whole.substr(cursor_.offset), further).size();
  cursor_.column = std::max(at.column, 1);
  return whole.substr(cursor_.offset);
}

Position SourceText::at_byte(int number, int byte) const {
  const std::string_view whole = line(number);
  const std::size_t offset = std::min(static_cast<std::size_t>(std::max(byte, 0)), whole.size());
  if (cursor_.line != number || cursor_.offset > offset) cursor_ = {number, 1, 0};
  cursor_.column +=
      static_cast<int>(count_characters(whole.substr(cursor_.offset, offset - cursor_.offset)));
  cursor_.offset = offset;
  return {number, cursor_.column};
}

Position SourceText::within(Position at) const {
  return static_cast<std::size_t>(std::max(at.line, 0)) > line_starts_.size()
             ? position_of(text_.size())
             : at;
}

Position SourceText::unclosed_quote(Position from) const {
  if (from.line < 1 || static_cast<std::size_t>(from.line) > line_starts_.size()) return from;
  auto at = static_cast<std::size_t>(rest_of_line(from).data() - text_.data());
  while ((at = text_.find_first_of("'\"", at)) != std::string_view::npos) {
    const bool opens =
        at == 0 || std::string_view(" \t\n[{,:").find(text_[at - 1]) != std::string_view::npos;
    const std::size_t end = opens ? end_of_quote(text_, at) : at + 1;
    if (end == std::string_view::npos) return position_of(at);
    at = end;
  }
  return from;
}

Position SourceText::position_of(std::size_t offset) const {
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::size_t start = *(next - 1);
  return {static_cast<int>(next - line_starts_.begin()),
          static_cast<int>(count_characters(text_.substr(start, offset - start))) + 1};
}

Position SourceText::position_within(Position start, std::string_view value,
                                     std::size_t offset) const {
  if (start.column < 1) return start;
  std::string_view rest = rest_of_line(start);
  int column = start.column;
  if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) {
    rest.remove_prefix(1);
    ++column;
  }
  if (!rest.starts_with(value)) return start;
  return {start.line, column + static_cast<int>(count_characters(value.substr(0, offset)))};
}

}  // namespace leader_cron
