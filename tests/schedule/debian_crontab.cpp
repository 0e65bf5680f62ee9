#include "debian_crontab.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace debian_crontab {
namespace {

constexpr const char* kCrontab = "/usr/bin/crontab";

// A file of this process' own, gone with it.
class ScratchFile {
 public:
  ScratchFile() : path_(std::filesystem::temp_directory_path() / "crontab-XXXXXX") {
    const int file = mkstemp(path_.data());
    if (file < 0) throw std::runtime_error("cannot make " + path_);
    close(file);
  }
  ~ScratchFile() { unlink(path_.c_str()); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::string& path() const { return path_; }
  void write(const std::vector<std::string>& lines) const {
    std::ofstream out(path_, std::ios::binary | std::ios::trunc);
    for (const std::string& line : lines) out << line << '\n';
    if (!out.flush()) throw std::runtime_error("cannot write " + path_);
  }

 private:
  std::string path_;
};

bool is_debian_crontab() {
  std::ifstream in(kCrontab, std::ios::binary);
  const std::string program((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  // What Debian's says of a good file under -n; no other crontab has these words.
  return program.find("The syntax of the crontab file was successfully checked") !=
         std::string::npos;
}

}  // namespace

std::optional<std::string> refusal_of(const std::vector<std::string>& lines) {
  static const ScratchFile file;
  file.write(lines);
  const std::string command = std::string(kCrontab) + " -n '" + file.path() + "' 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string said;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) said += static_cast<char>(c);
  const int status = pclose(pipe);
  if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
    throw std::runtime_error(command + " failed: " + said);
  if (WEXITSTATUS(status) == 0) return std::nullopt;
  return said;
}

std::optional<std::string> first_refused(const std::vector<std::string>& lines) {
  if (!refusal_of(lines)) return std::nullopt;
  // The first `taken` lines are taken, the first `refused` are not.
  std::size_t taken = 0;
  std::size_t refused = lines.size();
  while (refused - taken > 1) {
    const std::size_t middle = taken + (refused - taken) / 2;
    const bool bad =
        refusal_of({lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(middle)})
            .has_value();
    (bad ? refused : taken) = middle;
  }
  return lines[refused - 1];
}

std::optional<std::string> why_crontab_cannot_run_here() {
  if (access(kCrontab, X_OK) != 0)
    return std::string(kCrontab) + " is not there: Debian's package cron is not installed";
  if (!is_debian_crontab()) return std::string(kCrontab) + " is not Debian's: it has no dry run";
  try {
    if (const auto said = refusal_of({"17 3 * * * /bin/true"}))
      return "crontab -n refuses a good file: " + *said;
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return std::nullopt;
}

}  // namespace debian_crontab
