#include "spin.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <stdexcept>

namespace leader_cron::model {
namespace {

// spin writes its files where it is run.
class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "spin-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make " + path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string run(const std::string& command) const {
    std::FILE* pipe = popen(("cd '" + path_ + "' && " + command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
    std::string output;
    std::array<char, 65536> buffer;
    std::size_t size = 0;
    while ((size = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0)
      output.append(buffer.data(), size);
    if (pclose(pipe) != 0) throw std::runtime_error(command + "\n" + output);
    return output;
  }

 private:
  std::string path_;
};

std::uint64_t number_in(const std::string& text, const std::string& pattern) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex(pattern)))
    throw std::runtime_error("spin does not say " + pattern + ":\n" + text);
  return std::stoull(match[1]);
}

}  // namespace

bool spin_is_there() {
  const Folder folder;
  try {
    folder.run("spin -V");
  } catch (const std::runtime_error&) {
    return false;
  }
  return true;
}

Verdict check(const Check& check) {
  const Folder folder;
  std::string spin = check.progress ? "spin -a -DPROGRESS" : "spin -a";
  for (const std::string& each : check.defines) spin += " -D" + each;
  folder.run(spin + " '" MODEL "'");
  std::string cc = "'" MODEL_CC "' -w -DNOREDUCE -DMEMLIM=4000";
  if (!check.progress) cc += " -DSAFETY";
  folder.run(cc + (check.optimized ? " -O2" : " -O0") + " -o pan pan.c");
  Verdict verdict;
  verdict.output = folder.run(check.progress ? "./pan -m100000 -a" : "./pan -m100000");
  const std::string& text = verdict.output;
  const auto says = [&text](const char* what) { return text.find(what) != std::string::npos; };
  verdict.errors = static_cast<int>(number_in(text, "errors: ([0-9]+)"));
  verdict.states = number_in(text, " ([0-9]+) states, stored");
  verdict.depth = number_in(text, "depth reached ([0-9]+)");
  verdict.complete = says("Full statespace search") && !says("max search depth too small") &&
                     !says("Search not completed");
  return verdict;
}

std::string random_run(int seed, int steps) {
  // Later terms than there are steps for.
  return Folder().run("spin -T -n" + std::to_string(seed) + " -u" + std::to_string(steps) +
                      " -DSIMULATION -DLEAVING -DTERMS=200 -DTTL=" + std::to_string(kRandomRunTtl) +
                      " '" MODEL "'");
}

}  // namespace leader_cron::model
