#include "jobs/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>

namespace leader_cron {
namespace {

Position position_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1};
}

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlTree& tree) : tree_(tree) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add({YamlNode::Kind::null, position_of(mark), "", true, {}, {}}, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw YAML::ParserException(mark, "an alias to itself");
    attach(found->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    add({YamlNode::Kind::scalar, position_of(mark), value, tag == "?", {}, {}}, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open({YamlNode::Kind::sequence, position_of(mark), "", false, {}, {}}, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open({YamlNode::Kind::map, position_of(mark), "", false, {}, {}}, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
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
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::size_t> anchors_;
};

Problem not_yaml(const YAML::Exception& error) {
  return {position_of(error.mark), fmt::format("not YAML: {}", error.msg), ""};
}

}  // namespace

ParsedYaml parse_yaml(std::string_view text) {
  ParsedYaml result;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(result.tree);
    if (parser.HandleNextDocument(builder)) {
      YamlTree second;
      TreeBuilder second_builder(second);
      if (parser.HandleNextDocument(second_builder)) {
        result.problem =
            Problem{second.nodes.empty() ? Position{} : second[second.root].at,
                    "a second YAML document begins here: the job file is one list", ""};
      }
    }
  } catch (const YAML::Exception& error) {
    result.problem = not_yaml(error);
  }
  if (result.tree.nodes.empty()) result.tree.nodes.emplace_back();
  return result;
}

}  // namespace leader_cron
