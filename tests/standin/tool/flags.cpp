#include "flags.h"

#include <algorithm>

namespace standin::tool {
namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view kWhite = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kWhite);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kWhite) - first + 1));
}

const Flag& find_flag(const std::vector<Flag>& known, std::string_view spelling) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const Flag& f) { return f.spelling == spelling; });
  if (found == known.end()) {
    throw UsageError("flag provided but not defined: " + std::string(spelling));
  }
  return *found;
}

class Reader {
 public:
  Reader(const std::vector<std::string>& arguments, const std::vector<Flag>& known)
      : arguments_(arguments), known_(known) {}

  CommandLine read() {
    while (next_ < arguments_.size()) {
      const std::string& argument = arguments_[next_++];
      if (argument == "--") {
        line_.arguments.insert(line_.arguments.end(), arguments_.begin() + static_cast<long>(next_),
                               arguments_.end());
        break;
      }
      if (argument.starts_with("--")) {
        read_long(argument);
      } else if (argument.size() > 1 && argument[0] == '-') {
        read_short(argument);
      } else {
        line_.arguments.push_back(argument);
      }
    }
    return std::move(line_);
  }

 private:
  void read_long(const std::string& argument) {
    const auto equals = argument.find('=');
    const Flag& flag = find_flag(known_, std::string_view(argument).substr(0, equals));
    if (equals != std::string::npos) {
      line_.flags[std::string(flag.name)] = argument.substr(equals + 1);
    } else {
      line_.flags[std::string(flag.name)] = flag.takes_value ? following(flag) : "true";
    }
  }

  void read_short(const std::string& argument) {
    for (std::size_t i = 1; i < argument.size(); ++i) {
      const Flag& flag = find_flag(known_, std::string("-") + argument[i]);
      if (!flag.takes_value) {
        line_.flags[std::string(flag.name)] = "true";
        continue;
      }
      const bool attached = i + 1 < argument.size();
      line_.flags[std::string(flag.name)] = attached ? argument.substr(i + 1) : following(flag);
      return;
    }
  }

  std::string following(const Flag& flag) {
    if (next_ >= arguments_.size()) {
      throw UsageError("flag needs an argument: " + std::string(flag.spelling));
    }
    return arguments_[next_++];
  }

  const std::vector<std::string>& arguments_;
  const std::vector<Flag>& known_;
  std::size_t next_ = 0;
  CommandLine line_;
};

}  // namespace

bool CommandLine::has(std::string_view name) const {
  const auto found = flags.find(name);
  return found != flags.end() && found->second != "false";
}

std::string CommandLine::value(std::string_view name, std::string_view fallback) const {
  const auto found = flags.find(name);
  return found == flags.end() ? std::string(fallback) : found->second;
}

CommandLine parse_command_line(const std::vector<std::string>& arguments,
                               const std::vector<Flag>& known) {
  return Reader(arguments, known).read();
}

std::map<std::string, std::string> parse_key_values(const std::vector<std::string>& arguments) {
  std::map<std::string, std::string> values;
  for (const auto& argument : arguments) {
    const auto equals = argument.find('=');
    const std::string key = trimmed(std::string_view(argument).substr(0, equals));
    if (equals == std::string::npos || key.empty()) {
      throw UsageError("expected \"key=value\", got \"" + argument + "\"");
    }
    const auto value = trimmed(std::string_view(argument).substr(equals + 1));
    if (!values.emplace(key, value).second) {
      throw UsageError("key \"" + key + "\" specified more than once");
    }
  }
  return values;
}

}  // namespace standin::tool
