#include "system/log.h"

#include <fmt/format.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <array>
#include <cctype>
#include <memory>

namespace leader_cron {
namespace {

constexpr std::array<spdlog::level::level_enum, 4> kLevels = {
    spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};

struct Message {
  spdlog::level::level_enum level;
  std::string text;
};

class CollectingSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  std::vector<Message> take() { return std::exchange(messages_, {}); }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    messages_.push_back(
        {message.level, std::string(message.payload.data(), message.payload.size())});
  }
  void flush_() override {}

 private:
  std::vector<Message> messages_;
};

struct Collector {
  std::shared_ptr<CollectingSink> sink = std::make_shared<CollectingSink>();
  spdlog::logger logger{"leader-cron", sink};

  Collector() { logger.set_level(spdlog::level::debug); }
};

// Made at the first message: a hook in which nothing happens pays nothing.
Collector& collector() {
  static Collector instance;
  return instance;
}

bool collected_anything = false;

}  // namespace

LogLevel level_named(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  switch (spdlog::level::from_str(lower)) {
    case spdlog::level::debug:
    case spdlog::level::trace:
      return LogLevel::debug;
    case spdlog::level::warn:
      return LogLevel::warning;
    case spdlog::level::err:
    case spdlog::level::critical:
      return LogLevel::error;
    default:
      return LogLevel::info;
  }
}

void log(LogLevel level, std::string_view message) {
  collected_anything = true;
  collector().logger.log(kLevels[static_cast<std::size_t>(level)], "{}", message);
}

std::vector<LoggedText> take_log(LogLevel threshold, std::size_t longest) {
  if (!collected_anything) return {};
  const std::vector<Message> messages = collector().sink->take();
  std::vector<LoggedText> texts;
  for (auto level = static_cast<std::size_t>(threshold); level < kLevels.size(); ++level) {
    std::string text;
    std::size_t left_out = 0;
    for (const Message& message : messages) {
      if (message.level != kLevels[level]) continue;
      if (text.size() + message.text.size() + 1 > longest) {
        ++left_out;
        continue;
      }
      if (!text.empty()) text += '\n';
      text += message.text;
    }
    if (left_out > 0) text += fmt::format("{}({} more)", text.empty() ? "" : "\n", left_out);
    if (!text.empty()) texts.push_back({static_cast<LogLevel>(level), std::move(text)});
  }
  return texts;
}

}  // namespace leader_cron
