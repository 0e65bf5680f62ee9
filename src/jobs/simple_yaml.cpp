#include "jobs/simple_yaml.h"

#include <algorithm>
#include <array>

#include "cron/ascii.h"

namespace leader_cron {
namespace {

// A key longer than that needs a "?" in YAML (it is 1024 there).
constexpr std::size_t kLongestKey = 256;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

bool is_null_word(std::string_view word) {
  return word == "null" || word == "Null" || word == "NULL";
}

struct Line {
  int number = 0;
  std::size_t indent = 0;
  std::string_view text;  // without its indentation and the blanks at its end
};

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) { advance(); }

  // The first line that is not blank and no comment; nothing at the end.
  const std::optional<Line>& current() const { return current_; }

  void advance() {
    current_.reset();
    while (!rest_.empty()) {
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      ++number_;
      const std::size_t indent = line.find_first_not_of(' ');
      if (indent == std::string_view::npos || line[indent] == '#') continue;
      line = line.substr(indent, line.find_last_not_of(' ') + 1 - indent);
      current_ = Line{number_, indent, line};
      return;
    }
  }

 private:
  std::string_view rest_;
  int number_ = 0;
  std::optional<Line> current_;
};

// What stands behind a value in its line: nothing, or a comment.
bool ends_line(std::string_view rest) {
  const std::size_t start = rest.find_first_not_of(' ');
  return start == std::string_view::npos || (start > 0 && rest[start] == '#');
}

// The key that `text` begins with; empty where it begins with none that is simple.
std::string_view key_of(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() &&
         (is_letter_or_digit(text[size]) || text[size] == '_' || text[size] == '-')) {
    ++size;
  }
  const std::string_view key = text.substr(0, size);
  return key.size() > kLongestKey || key.starts_with('-') || is_null_word(key) ? std::string_view()
                                                                               : key;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

class SimpleYaml {
 public:
  explicit SimpleYaml(std::string_view text) : lines_(text) {
    tree_.nodes.reserve(2 +
                        2 * static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
  }

  std::optional<YamlTree> read() {
    if (!lines_.current()) return std::nullopt;
    const std::size_t indent = lines_.current()->indent;
    const std::size_t list = add(YamlNode::Kind::sequence, *lines_.current(), indent);
    while (lines_.current()) {
      Line line = *lines_.current();
      if (line.indent != indent || !line.text.starts_with("- ")) return std::nullopt;
      const std::size_t start = line.text.find_first_not_of(' ', 1);
      line.indent += start;
      line.text.remove_prefix(start);
      const std::size_t map = add(YamlNode::Kind::map, line, line.indent);
      tree_.nodes[list].items.push_back(map);
      if (!read_map(map, line, true)) return std::nullopt;
    }
    return std::move(tree_);
  }

 private:
  std::size_t add(YamlNode::Kind kind, const Line& line, std::size_t column) {
    YamlNode& node = tree_.nodes.emplace_back();
    node.kind = kind;
    node.at = {line.number, static_cast<int>(column) + 1};
    return tree_.nodes.size() - 1;
  }

  std::size_t add_scalar(const Line& line, std::string_view value, bool plain) {
    const auto column =
        line.indent + static_cast<std::size_t>(value.data() - line.text.data()) - (plain ? 0 : 1);
    const std::size_t index = add(YamlNode::Kind::scalar, line, column);
    tree_.nodes[index].scalar = value;
    tree_.nodes[index].plain = plain;
    return index;
  }

  // The entries from `line`, the current one, on that stand where it does; ends at a line that
  // stands further to the left.
  bool read_map(std::size_t map, Line line, bool may_nest) {
    const std::size_t indent = line.indent;
    while (true) {
      if (!read_entry(map, line, may_nest)) return false;
      const auto& next = lines_.current();
      if (!next || next->indent < indent) return true;
      if (next->indent != indent) return false;
      line = *next;
    }
  }

  // "key: value". Leaves the line behind it the current one.
  bool read_entry(std::size_t map, const Line& line, bool may_nest) {
    const std::string_view key = key_of(line.text);
    if (key.empty() || !line.text.substr(key.size()).starts_with(':')) return false;
    const std::size_t key_index = add_scalar(line, key, true);
    const std::string_view behind = line.text.substr(key.size() + 1);
    const bool nests = behind.empty();
    if (nests && !may_nest) return false;
    if (!nests && behind.front() != ' ') return false;
    const std::optional<std::size_t> value =
        nests ? read_nested(line) : read_value(line, behind.substr(behind.find_first_not_of(' ')));
    if (!value) return false;
    tree_.nodes[map].entries.emplace_back(key_index, *value);
    return true;
  }

  std::optional<std::size_t> read_nested(const Line& key) {
    lines_.advance();
    const auto& first = lines_.current();
    if (!first || first->indent <= key.indent || first->text.starts_with("-")) return std::nullopt;
    const Line line = *first;
    const std::size_t map = add(YamlNode::Kind::map, line, line.indent);
    return read_map(map, line, false) ? std::optional(map) : std::nullopt;
  }

  // "{KEY: value, KEY: 'value'}", which ends `line`.
  std::optional<std::size_t> read_flow_map(const Line& line, std::string_view text) {
    const auto column = line.indent + static_cast<std::size_t>(text.data() - line.text.data());
    const std::size_t map = add(YamlNode::Kind::map, line, column);
    text.remove_prefix(1);
    skip_blanks(text);
    if (text.starts_with('}')) return ends_line(text.substr(1)) ? std::optional(map) : std::nullopt;
    while (true) {
      const std::string_view key = key_of(text);
      if (key.empty() || text.substr(key.size()).substr(0, 2) != ": ") return std::nullopt;
      text.remove_prefix(key.size() + 2);
      skip_blanks(text);
      const std::size_t key_index = add_scalar(line, key, true);
      const auto value = read_flow_scalar(line, text);
      if (!value) return std::nullopt;
      tree_.nodes[map].entries.emplace_back(key_index, *value);
      skip_blanks(text);
      if (text.starts_with('}'))
        return ends_line(text.substr(1)) ? std::optional(map) : std::nullopt;
      if (!text.starts_with(", ")) return std::nullopt;
      text.remove_prefix(2);
      skip_blanks(text);
    }
  }

  // Takes it off the front of `text`.
  std::optional<std::size_t> read_flow_scalar(const Line& line, std::string_view& text) {
    if (text.empty()) return std::nullopt;
    const char first = text.front();
    if (first == '"' || first == '\'') {
      const std::size_t end = text.find(first, 1);
      if (end == std::string_view::npos) return std::nullopt;
      const std::string_view quoted = text.substr(1, end - 1);
      text.remove_prefix(end + 1);
      if (quoted.find('\\') != std::string_view::npos || text.starts_with(first))
        return std::nullopt;
      return add_scalar(line, quoted, false);
    }
    std::size_t size = 0;
    while (size < text.size() &&
           (is_letter_or_digit(text[size]) || (size > 0 && text[size] == '-') ||
            text[size] == '_' || text[size] == '.' || text[size] == '/')) {
      ++size;
    }
    const std::string_view word = text.substr(0, size);
    text.remove_prefix(size);
    if (word.empty() || is_null_word(word)) return std::nullopt;
    return add_scalar(line, word, true);
  }

  // A value of one line, `text`, which ends `line`.
  std::optional<std::size_t> read_value(const Line& line, std::string_view text) {
    const char first = text.front();
    std::optional<std::size_t> value;
    if (first == '{') {
      value = read_flow_map(line, text);
    } else if (first == '"' || first == '\'') {
      const std::size_t end = text.find(first, 1);
      if (end == std::string_view::npos || !ends_line(text.substr(end + 1))) return std::nullopt;
      const std::string_view quoted = text.substr(1, end - 1);
      if (quoted.find('\\') != std::string_view::npos && first == '"') return std::nullopt;
      value = add_scalar(line, quoted, false);
    } else if (is_letter_or_digit(first) || first == '/' || first == '_' || first == '.' ||
               first == '$' || first == '(') {
      if (text.find(": ") != std::string_view::npos || text.ends_with(':') ||
          text.find(" #") != std::string_view::npos || is_null_word(text)) {
        return std::nullopt;
      }
      value = add_scalar(line, text, true);
    }
    if (value) lines_.advance();
    return value;
  }

  Lines lines_;
  YamlTree tree_;
};

}  // namespace

std::optional<YamlTree> read_simple_yaml(std::string_view text) {
  // Tabs, carriage returns and what is not ASCII have rules of their own.
  if (!std::all_of(text.begin(), text.end(),
                   [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); })) {
    return std::nullopt;
  }
  return SimpleYaml(text).read();
}

}  // namespace leader_cron
