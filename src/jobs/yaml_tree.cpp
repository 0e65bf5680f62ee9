#include "jobs/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>

#include "jobs/simple_yaml.h"
#include "jobs/source_text.h"

namespace leader_cron {
namespace {

// The library counts columns in bytes.
Position position_of(const YAML::Mark& mark, const SourceText& source) {
  if (mark.is_null()) return {};
  return source.at_byte(mark.line + 1, mark.column);
}

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(YamlTree& tree, const SourceText& source) : tree_(tree), source_(source) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add({YamlNode::Kind::null, position_of(mark, source_), "", true, {}, {}}, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw YAML::ParserException(mark, "an alias to itself");
    attach(found->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    // "!" is the tag of what is in quotes, "?" of what is not.
    const bool plain = tag != "!" && tag != "tag:yaml.org,2002:str";
    // The library writes \N and \_ (U+0085 and U+00A0) as bare bytes.
    add({YamlNode::Kind::scalar, position_of(mark, source_), as_utf8(value), plain, {}, {}},
        anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open({YamlNode::Kind::sequence, position_of(mark, source_), "", false, {}, {}}, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open({YamlNode::Kind::map, position_of(mark, source_), "", false, {}, {}}, anchor);
  }
  void OnMapEnd() override { close(); }

  // Where the last scalar or collection began: an unclosed quote comes after it.
  Position last() const { return tree_.nodes.empty() ? Position{1, 1} : tree_.nodes.back().at; }

 private:
  // A tag that would change what a value is.
  static void check_tag(const YAML::Mark& mark, const std::string& tag) {
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    for (const std::string_view known : {"str", "int", "float", "bool", "null", "seq", "map"}) {
      if (tag == fmt::format("{}{}", kCore, known)) return;
    }
    if (!tag.empty() && tag != "?" && tag != "!")
      throw YAML::ParserException(mark, "tags are not supported");
  }

  struct Open {
    std::size_t node;
    YAML::anchor_t anchor;
    std::optional<std::size_t> key;  // of a map: the key that waits for its value
  };

  std::size_t add(YamlNode node, YAML::anchor_t anchor) {
    const std::size_t index = tree_.nodes.size();
    tree_.nodes.push_back(std::move(node));
    if (anchor != YAML::NullAnchor) anchors_[anchor] = index;
    attach(index);
    return index;
  }

  // An anchor of a collection is known only behind its end, so that no node contains itself.
  void open(YamlNode node, YAML::anchor_t anchor) {
    open_.push_back({add(std::move(node), YAML::NullAnchor), anchor, {}});
  }

  void close() {
    if (open_.back().anchor != YAML::NullAnchor) anchors_[open_.back().anchor] = open_.back().node;
    open_.pop_back();
  }

  void attach(std::size_t index) {
    if (open_.empty()) {
      tree_.root = index;
      return;
    }
    Open& parent = open_.back();
    YamlNode& node = tree_.nodes[parent.node];
    if (node.kind == YamlNode::Kind::sequence) {
      node.items.push_back(index);
    } else if (parent.key) {
      // The library places an empty value where the next token stands, perhaps lines below its key.
      if (tree_.nodes[index].kind == YamlNode::Kind::null)
        tree_.nodes[index].at = tree_.nodes[*parent.key].at;
      node.entries.emplace_back(*parent.key, index);
      parent.key.reset();
    } else {
      parent.key = index;
    }
  }

  YamlTree& tree_;
  const SourceText& source_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::size_t> anchors_;
};

// The value that begins in a line behind "key:" or "- key:", if any, and where.
struct ValueInLine {
  std::string_view key;
  std::string_view value;
  std::size_t column = 0;  // from 0, in bytes
};

std::optional<ValueInLine> value_in(std::string_view line) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::size_t start = line.find_first_not_of(' ', colon + 1);
  if (start == std::string_view::npos) return std::nullopt;
  const std::size_t key = line.find_first_not_of(" -");
  return ValueInLine{line.substr(key, colon - key), line.substr(start), start};
}

// A value that YAML takes for its own syntax, though cron's is meant: `schedule: */5 * * * *`,
// `schedule: @daily`.
std::optional<Problem> unquoted_value(std::string_view line, int number) {
  const auto value = value_in(line);
  if (!value || std::string_view("*@`%").find(value->value.front()) == std::string_view::npos)
    return std::nullopt;
  const Position at{number, static_cast<int>(count_characters(line.substr(0, value->column))) + 1};
  // Only a schedule is repeated: other values may be secrets.
  const bool one_line = value->value.find('\r') == std::string_view::npos;
  const std::string instead =
      value->key == "schedule" && one_line ? fmt::format("\"{}\"", value->value) : "";
  return Problem{at,
                 fmt::format("a value that begins with {} must be in quotes", value->value.front()),
                 instead};
}

// What the library said, without the parts in which it repeats the text: they may be secrets, or no
// text at all.
std::string said_by(const YAML::Exception& error) {
  const bool repeats = error.msg.find("not defined") != std::string::npos ||
                       error.msg.find("unknown escape character") != std::string::npos;
  return repeats ? error.msg.substr(0, error.msg.find(':')) : error.msg;
}

Problem not_yaml(const YAML::Exception& error, const SourceText& source,
                 const TreeBuilder& builder) {
  const Position at = position_of(error.mark, source);
  if (auto unquoted = unquoted_value(source.line(at.line), at.line)) return *unquoted;
  if (error.msg.find("document indicator in scalar") != std::string::npos) {
    return {source.unclosed_quote(builder.last()), "not YAML: this quote is not closed", ""};
  }
  return {at, fmt::format("not YAML: {}", said_by(error)), ""};
}

int hexadecimal(std::string_view digits) {
  int value = 0;
  for (const char c : digits) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// JSON writes a character past U+FFFF as two \u escapes, YAML as one \U. Only for text that is
// JSON: in YAML's other scalars a backslash is a backslash.
std::string with_joined_surrogates(std::string_view text) {
  std::string joined;
  joined.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      joined += text[at++];
      continue;
    }
    const std::string_view pair = text.substr(at, 12);
    const int high = pair.size() == 12 && pair[1] == 'u' ? hexadecimal(pair.substr(2, 4)) : -1;
    const int low = high >= 0xD800 && high <= 0xDBFF && pair[6] == '\\' && pair[7] == 'u'
                        ? hexadecimal(pair.substr(8, 4))
                        : -1;
    if (low >= 0xDC00 && low <= 0xDFFF) {
      joined += fmt::format("\\U{:08x}", 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
      at += 12;
    } else {
      joined += text.substr(at, 2);
      at += 2;
    }
  }
  return joined;
}

// What the parser gets: the library takes a quote that the end of the text cuts off for closed, but
// not one that a document's end marker does.
std::string with_end_marker(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && text[first] == '[' &&
                    text.find("\\u") != std::string_view::npos;
  std::string marked = json ? with_joined_surrogates(text) : std::string(text);
  marked += marked.ends_with('\n') || marked.empty() ? "...\n" : "\n...\n";
  return marked;
}

}  // namespace

ParsedYaml parse_yaml(std::string_view text) {
  if (auto simple = read_simple_yaml(text)) return {std::move(*simple), std::nullopt};
  return parse_any_yaml(text);
}

ParsedYaml parse_any_yaml(std::string_view text) {
  ParsedYaml result;
  const SourceText source(text);
  TreeBuilder builder(result.tree, source);
  try {
    std::istringstream stream{with_end_marker(text)};
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder)) {
      YamlTree second;
      TreeBuilder second_builder(second, source);
      if (parser.HandleNextDocument(second_builder)) {
        result.problem =
            Problem{second.nodes.empty() ? Position{} : second[second.root].at,
                    "a second YAML document begins here: the job file is one list", ""};
      }
    }
  } catch (const YAML::Exception& error) {
    result.problem = not_yaml(error, source, builder);
  }
  if (result.tree.nodes.empty()) result.tree.nodes.emplace_back();
  return result;
}

}  // namespace leader_cron
