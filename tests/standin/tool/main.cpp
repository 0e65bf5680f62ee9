// One program that is every hook tool: argv[0] says which. It finds the context of the running hook
// by JUJU_AGENT_SOCKET_ADDRESS, plays the fault scripted for this tool if there is one, appends one
// record of the call to the hook's journal, and prints.

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>

#include "answer.h"
#include "commands.h"

namespace standin::tool {
namespace {

using nlohmann::json;

constexpr char kNonsense[] = "\x1b[31m{\"nonsense\": %%% ]\x1b[0m \xff\xfe";

struct Outcome {
  int exit_status = 0;
  std::string out;
  std::string error;
};

/// The fault that this call has to play; null if none.
json scripted_fault(const Session& session, const std::string& tool) {
  const auto& faults = session.context().at("faults");
  for (const std::string& name : {tool, std::string("*")}) {
    const auto found = faults.find(name);
    if (found == faults.end()) continue;
    const auto skip = found->value("skip", std::size_t{0});
    if (skip == 0 || session.earlier_calls(name) >= skip) return *found;
  }
  return nullptr;
}

Outcome fail_as_scripted(const std::string& tool, const json& fault) {
  std::string message = fault.value("message", "");
  if (message.empty()) {
    message = tool == "is-leader" ? "leadership status unknown" : "connection is shut down";
  }
  return {1, {}, message};
}

void write_text(const std::string& path, const std::string& text) {
  if (std::FILE* file = std::fopen(path.c_str(), "we")) {
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
  }
}

std::vector<Flag> all_flags(const Command& command) {
  std::vector<Flag> flags = command.flags;
  flags.push_back({"--help", "help", false});
  flags.push_back({"-h", "help", false});
  if (command.prints) {
    flags.push_back({"--format", "format"});
    flags.push_back({"--output", "output"});
    flags.push_back({"-o", "output"});
  }
  return flags;
}

Outcome run_command(const Command& command, const std::vector<std::string>& arguments,
                    const Session& session, json& record) {
  Call call{session, {}, nullptr, nullptr, false, {}};
  Outcome outcome;
  try {
    call.line = parse_command_line(arguments, all_flags(command));
    if (call.line.has("help")) {
      outcome.out = "Usage: " + std::string(command.name) + " [options]\n";
      return outcome;
    }
    const Format format = parse_format(call.line.value("format", "smart"));
    command.run(call);
    if (call.answers) outcome.out = format_answer(call.answer, format);
    if (const auto file = call.line.value("output"); !file.empty()) {
      write_text(file, outcome.out);
      outcome.out.clear();
    }
    if (!call.effect.is_null()) record["effect"] = std::move(call.effect);
  } catch (const UsageError& error) {
    outcome = {2, {}, error.what()};
  } catch (const Failure& error) {
    outcome = {1, {}, error.what()};
  }
  record["input"] = call.input;
  return outcome;
}

int run(const std::string& name, const std::vector<std::string>& arguments) {
  const Command* command = find_command(name);
  if (command == nullptr) {
    std::fprintf(stderr, "ERROR unknown hook tool \"%s\"\n", name.c_str());
    return 1;
  }
  const char* folder = std::getenv("JUJU_AGENT_SOCKET_ADDRESS");
  if (folder == nullptr) {
    std::fputs("ERROR JUJU_AGENT_SOCKET_ADDRESS not set\n", stderr);
    return 1;
  }
  const Session session(folder);
  const json fault = scripted_fault(session, name);
  const std::string kind = fault.is_null() ? "" : fault.value("kind", "");
  if (kind == "slow") {
    std::this_thread::sleep_for(std::chrono::milliseconds(fault.value("delay", 0L)));
  }
  json record{{"tool", name}, {"args", arguments}};
  Outcome outcome;
  if (kind == "fail") {
    outcome = fail_as_scripted(name, fault);
  } else if (kind == "nonsense") {
    outcome.out = kNonsense;
    outcome.out += "\n";
  } else if (kind != "kill_hook") {
    outcome = run_command(*command, arguments, session, record);
  }
  record["exit"] = outcome.exit_status;
  session.append(record);
  // The hook is the leader of its process group, and this tool is in it.
  if (kind == "kill_hook") ::kill(-::getpgrp(), SIGKILL);
  if (kind == "lose_lease" && session.is_leader()) write_text(session.text("lease"), "");
  std::fwrite(outcome.out.data(), 1, outcome.out.size(), stdout);
  if (!outcome.error.empty()) std::fprintf(stderr, "ERROR %s\n", outcome.error.c_str());
  return std::fflush(stdout) == 0 ? outcome.exit_status : 1;
}

}  // namespace

const Command* find_command(std::string_view name) {
  for (const auto* table : {&unit_commands(), &relation_commands(), &action_commands()}) {
    for (const auto& command : *table) {
      if (command.name == name) return &command;
    }
  }
  return nullptr;
}

}  // namespace standin::tool

int main(int argc, char** argv) {
  try {
    const std::string name = std::filesystem::path(argc > 0 ? argv[0] : "").filename().string();
    return standin::tool::run(name, std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ERROR %s\n", error.what());
    return 1;
  }
}
