// The YAML that nearly every job file is written in, read a hundred times faster than the library
// reads YAML: a block list of mappings, a key and a value of one line in each line,
//
//   - name: clearsessions
//     schedule: "17 3 * * *"
//     environment: {DJANGO_SETTINGS_MODULE: app.settings, PORT: "8080"}
//   - name: report
//     environment:
//       DJANGO_SETTINGS_MODULE: app.settings
//
// in ASCII, with comments and blank lines. The tree is the one that the library gives. Everything
// else, mistakes too, is left to the library: there is nothing here to be told apart from it but
// time.
#pragma once

#include <optional>
#include <string_view>

#include "jobs/yaml_tree.h"

namespace leader_cron {

// Nothing where the text is not of that form.
std::optional<YamlTree> read_simple_yaml(std::string_view text);

}  // namespace leader_cron
