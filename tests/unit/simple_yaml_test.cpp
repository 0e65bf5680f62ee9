// The library is the judge: what the fast reader reads has to be the library's tree, node by node.
#include "jobs/simple_yaml.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace leader_cron {
namespace {

std::string shown(const YamlTree& tree) {
  std::string text;
  for (const YamlNode& node : tree.nodes) {
    text += std::to_string(static_cast<int>(node.kind)) + " " + std::to_string(node.at.line) + ":" +
            std::to_string(node.at.column) + (node.plain ? " plain" : "") + " [" + node.scalar +
            "]";
    for (const std::size_t item : node.items) text += " " + std::to_string(item);
    for (const auto& [key, value] : node.entries)
      text += " " + std::to_string(key) + "=" + std::to_string(value);
    text += "\n";
  }
  return text;
}

// Empty, or how the two differ.
std::string difference(const std::string& text) {
  const auto simple = read_simple_yaml(text);
  if (!simple) return "";
  const ParsedYaml any = parse_any_yaml(text);
  if (any.problem) return "the library refuses it: " + any.problem->what;
  if (any.tree == *simple) return "";
  return "simple:\n" + shown(*simple) + "library:\n" + shown(any.tree);
}

TEST(SimpleYaml, ReadsWhatJobFilesAreWrittenIn) {
  for (const char* text :
       {"- name: a\n  schedule: \"17 3 * * *\"\n  command: /srv/app/manage.py clearsessions\n",
        // NOLINTNEXTLINE(bugprone-suspicious-missing-comma)
        "- name: a\n  schedule: '17 3 * * *'\n  command: x\n\n# a comment\n\n- name: b\n"
        "  schedule: \"@daily\"   # every day\n  enabled: false",
        "  - name: a\n    command: x\n  - name: b\n    command: $(y) z: # not\n",
        "- name: a\n  environment:\n    A: \"1\"\n    B_2: two words\n  command: x\n",
        "- name: a\n  environment:\n    A: 1\n- name: b\n  user: www-data\n",
        "-   name: a\n    command: echo 'it''s' \"x\" [y] {z} & * ! | > % @ `\n",
        "- name: a\n  command: \"\"\n  user: ''\n", "# first\n- name: a#b\n  command: a:b c#d -x\n",
        "- name:   a   \n  command:    \"x\"   \n"}) {
    EXPECT_EQ(difference(text), "") << text;
  }
  EXPECT_TRUE(read_simple_yaml("- name: a\n  schedule: \"17 3 * * *\"\n  command: /x y\n"));
  EXPECT_TRUE(read_simple_yaml("- name: a\n  environment:\n    A: 1\n- name: b\n  user: c\n"));
  EXPECT_TRUE(read_simple_yaml("# x\n\n- name: a # b\n  command: 'x' # y\n") == std::nullopt);
}

TEST(SimpleYaml, ReadsMappingsInOneLine) {
  for (const char* map : {"{}", "{ }", "{A: b}", "{ A: b }", "{A: b, C: 'd e'}  # f",
                          "{A_B: 8080, c-d: \"x: y, {z}\",   E: /srv/a.b}", "{A: b , C: d}",
                          "{A: '', B: true}", "{A: \"it's\"}"}) {
    const std::string text = std::string("- name: a\n  environment: ") + map + "\n  user: b\n";
    EXPECT_TRUE(read_simple_yaml(text)) << text;
    EXPECT_EQ(difference(text), "");
  }
  for (const char* map :
       {"{A: b",       "{A}",          "{A: }",        "{A:b}",      "{A: b}c",   "{A: b}#c",
        "{A: b,C: d}", "{A: b,}",      "{A: null}",    "{null: b}",  "{A: [b]}",  "{A: {b: c}}",
        "{A: b: c}",   "{A: 'it''s'}", "{A: \"\\n\"}", "{A: b c}",   "{A: &x b}", "{A: http://b}",
        "{\"A\": b}",  "{A: -1}",      "{, A: b}",     "{A: b} , c", "{A: *b}"}) {
    const std::string text = std::string("- name: a\n  environment: ") + map + "\n  user: b\n";
    EXPECT_FALSE(read_simple_yaml(text)) << text;
  }
}

TEST(SimpleYaml, LeavesTheRestToTheLibrary) {
  for (const char* text : {"",
                           "# only a comment\n",
                           "[]",
                           "a: b",
                           "- a\n",
                           "-\n  a: b\n",
                           "- {a: b}\n",
                           "---\n- a: b\n",
                           "- a: b\n...\n",
                           "- a: b\n--- \n",
                           "- a: b\n   c: d\n",
                           "- a: b\n c: d\n",
                           "- a: b\n  c\n",
                           "- a: b\n    continued\n",
                           "- a: |\n    b\n",
                           "- a: >\n    b\n",
                           "- a: &x b\n",
                           "- a: *x\n",
                           "- a: !t b\n",
                           "- a: null\n",
                           "- null: a\n",
                           "- a: ~\n",
                           "- a:\n",
                           "- a:\n  b: c\n",
                           "- a:\n    - b\n",
                           "- a: b: c\n",
                           "- a: b:\n",
                           "- a: b # c\n",
                           "- a: \"b\\n\"\n",
                           "- a: 'it''s'\n",
                           "- a: \"b\n    c\"\n",
                           "- a: \"b\" c\n",
                           "- a: \"b\"#c\n",
                           "- ? a\n",
                           "- a : b\n",
                           "- \"a\": b\n",
                           "- a:b\n",
                           "- a: -b\n",
                           "- a: [b]\n",
                           "- a: b\n  \t\n",
                           "- a: b\r\n",
                           "- a: \xc3\xa4\n",
                           "- a: @daily\n",
                           "- a: %b\n",
                           "- a: */5\n",
                           "- <<: b\n",
                           "- a:\n    b: c\n   d: e\n",
                           "- a:\n    b:\n      c: d\n",
                           "- a: b\n- c\n",
                           "%YAML 1.2\n"}) {
    EXPECT_FALSE(read_simple_yaml(text)) << text;
  }
}

TEST(SimpleYaml, NeverDiffersFromTheLibrary) {
  // Pieces that mean something to YAML, thrown together.
  const std::vector<std::string> pieces = {
      "- ",    "  ",   "\n",   "\n  ",   "\n- ", "\n    ", "name: ", "a: ",     "b:",
      ":",     " ",    "word", "#",      " #",   "\"",     "'",      "\"x y\"", "'x'",
      "null",  "~",    "true", "12",     "|",    ">",      "*",      "&x ",     "!t ",
      "[",     "]",    "{",    "}",      ",",    "?",      "\\",     "---",     "...",
      "%",     "@",    "`",    "/bin/x", "$",    "-",      "\n\n",   "\n#",     "environment:",
      "\n   ", "x: y", ".",    "(",      "=",    "<<"};
  rc::check([&pieces] {
    std::string text = "- name: a\n";
    for (int i = *rc::gen::inRange(0, 14); i > 0; --i) text += *rc::gen::elementOf(pieces);
    const std::string found = difference(text);
    if (!found.empty()) RC_FAIL(text + "\n" + found);
  });
  const std::vector<std::string> flow = {"{",     "}",     ", ", ",", "A: ",  "B: ",  "b",
                                         "'c d'", "\"e\"", " ",  ":", "null", "/x.y", "-",
                                         "12",    "#",     "[",  "]", "\n  "};
  rc::check([&flow] {
    std::string text = "- name: a\n  environment: {";
    for (int i = *rc::gen::inRange(0, 12); i > 0; --i) text += *rc::gen::elementOf(flow);
    text += *rc::gen::arbitrary<bool>() ? "}\n" : "";
    const std::string found = difference(text);
    if (!found.empty()) RC_FAIL(text + "\n" + found);
  });
  // Job files, with one piece put in or taken out somewhere.
  rc::check([&pieces] {
    std::string text;
    for (int job = *rc::gen::inRange(1, 4); job > 0; --job) {
      text += "- name: a\n  schedule: \"1 2 * * *\"\n  command: /bin/x y\n";
      if (*rc::gen::arbitrary<bool>()) text += "  environment:\n    A: b\n    C: 'd'\n";
      if (*rc::gen::arbitrary<bool>()) text += "\n  # x\n  user: y\n";
      if (*rc::gen::arbitrary<bool>()) text += "  environment: {A: b, C: 'd', E: \"f\"}\n";
    }
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    if (*rc::gen::arbitrary<bool>()) {
      text.insert(at, *rc::gen::elementOf(pieces));
    } else {
      text.erase(at, *rc::gen::inRange<std::size_t>(1, 6));
    }
    const std::string found = difference(text);
    if (!found.empty()) RC_FAIL(text + "\n" + found);
  });
}

}  // namespace
}  // namespace leader_cron
