#pragma once
// A charm of tiny shell scripts in a temporary folder, and room for a model beside it: what the
// tests of the stand-in drive it with. The folder goes when the object goes.

#include <filesystem>
#include <string>

#include "fleet.h"

namespace standin {

class ShellCharm {
 public:
  ShellCharm();
  ~ShellCharm();
  ShellCharm(const ShellCharm&) = delete;
  ShellCharm& operator=(const ShellCharm&) = delete;

  /// hooks/<name>, or actions/<name>: a script under `#!/bin/sh`.
  void hook(const std::string& name, const std::string& script,
            const std::string& folder = "hooks");
  /// The same script for every hook that the stand-in knows.
  void all_hooks(const std::string& script);
  void file(const std::string& name, const std::string& text);

  [[nodiscard]] std::filesystem::path folder() const { return top_ / "charm"; }
  [[nodiscard]] std::filesystem::path top() const { return top_; }
  [[nodiscard]] Options options() const;

  /// Runs `script` as `hook` on `unit` and gives back what it printed (stderr too).
  HookResult run(Fleet& fleet, const std::string& unit, const std::string& script,
                 const std::string& hook = "config-changed", const StringMap& environment = {});

 private:
  std::filesystem::path top_;
};

}  // namespace standin
