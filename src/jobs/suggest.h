// "Did you mean": the word of a list that is nearest to a mistyped one.
#pragma once

#include <span>
#include <string_view>

namespace leader_cron {

// The nearest of `known` within a third of the word's length (insertions, deletions, replacements
// and swaps of neighbours count one each), or an empty view.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known);

}  // namespace leader_cron
