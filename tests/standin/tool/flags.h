#pragma once
// The command line of a hook tool, read as Juju's gnuflag reads it: flags may stand anywhere before
// a
// "--", "-r ID" and "-rID" are one, "--format json" and "--format=json" are one, and a flag that
// the tool does not have is refused. What the flags mean is left to each tool.

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace standin::tool {

/// Wrong use of a tool: "ERROR ..." on stderr and exit 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A tool that could not do what was asked: "ERROR ..." on stderr and exit 1.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Flag {
  std::string_view spelling;  // "--relation" or "-r"
  std::string_view name;      // under which its value is found: "relation"
  bool takes_value = true;
};

struct CommandLine {
  std::map<std::string, std::string, std::less<>> flags;  // a flag without a value is "true"
  std::vector<std::string> arguments;

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::string value(std::string_view name, std::string_view fallback = {}) const;
};

/// Throws UsageError with gnuflag's words.
CommandLine parse_command_line(const std::vector<std::string>& arguments,
                               const std::vector<Flag>& known);

/// "k=v" arguments as Juju's keyvalues package reads them: white space around key and value is cut
/// off, a key may come once. Throws UsageError.
std::map<std::string, std::string> parse_key_values(const std::vector<std::string>& arguments);

}  // namespace standin::tool
