// How a command answers: for people, or for programs.
#pragma once

namespace leader_cron {

enum class OutputFormat { text, json };

}  // namespace leader_cron
