// Enough of a text to know it by, for messages that stay one readable line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace leader_cron {

// At most `longest` bytes of UTF-8, whole characters, with "..." where more follows.
inline std::string excerpt(std::string_view text, std::size_t longest = 40) {
  if (text.size() <= longest) return std::string(text);
  std::size_t cut = longest;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  std::string shown(text.substr(0, cut));
  shown += "...";
  return shown;
}

}  // namespace leader_cron
