#include "schedule_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace schedule_generator {
namespace {

using rc::Random;

struct FieldRange {
  int low;
  int high;
  const char* const* names;  // of the values from `low` on, or null
  int name_count;
};

constexpr const char* kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr const char* kWeekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<FieldRange, 5> kFields = {{{0, 59, nullptr, 0},
                                                {0, 23, nullptr, 0},
                                                {1, 31, nullptr, 0},
                                                {1, 12, kMonths, 12},
                                                {0, 7, kWeekdays, 7}}};
constexpr std::array<const char*, 8> kAtWords = {"@hourly",  "@daily",  "@midnight", "@weekly",
                                                 "@monthly", "@yearly", "@annually", "@reboot"};

// What stands in a field elsewhere, and what fingers write.
constexpr const char* kOddFields[] = {
    // Quartz, Jenkins, cronie, the clouds
    "?", "L", "LW", "15W", "5L", "MON#2", "5?", "H", "H/15", "H(0-29)/10", "R", "0~59", "~", "#3",
    // other notations of numbers and names
    "0x10", "1e3", "1.5", "*/7.5", "+5", "-1", "12:00", "5;10", "5|10", "1..5", "monday", "january",
    "mo", "noon", "5m", "7th", "½", "５", "٣",
    // lists, ranges and steps that are not whole, or mean nothing
    "1-", "-", "/", "*/", "*/0", "5/15", "*/100", "0-5/6", "22-2", "fri-mon", "sat-sun", "7-1",
    "7/2", "12-1/2", "1,,2", ",1", "1,", ",", "*-5", "*5", "**", "*/5/2", "1-5-7", "mon/2", "1-5/x",
    "1-mon",
    // numbers that cron's int does not hold
    "4294967301", "4294967299-3", "*/4294967297", "1-3/4294967297", "2147483648-3",
    "99999999999999999999", "1-5/2147483647", "000000000000000000007"};

constexpr const char* kOddTexts[] = {"",
                                     " ",
                                     "@",
                                     "@noon",
                                     "@every 1h",
                                     "@every_minute",
                                     "@DAILY",
                                     "@daily 5",
                                     "@ daily",
                                     "rate(5 minutes)",
                                     "cron(0 12 * * ? *)",
                                     "every day at 5",
                                     "0 0 12 ? * MON-FRI",
                                     "0 0 12 1/1 * ? *",
                                     "TZ=UTC 0 5 * * *",
                                     "# 0 5 * * *",
                                     "0 0 30 2 *",
                                     "0 0 31 4,6,9,11 *",
                                     "0 0 31 feb *"};

// Reads the random number source as dice.
class Dice {
 public:
  explicit Dice(const Random& source) : source_(source) {}

  // low to high, both included
  int between(int low, int high) {
    return low + static_cast<int>(source_.next() % static_cast<Random::Number>(high - low + 1));
  }
  bool one_in(int n) { return between(1, n) == 1; }
  template <typename Range>
  auto pick(const Range& from) {
    return from[static_cast<std::size_t>(between(0, static_cast<int>(std::size(from)) - 1))];
  }

 private:
  Random source_;
};

std::string any_case(Dice& dice, std::string name) {
  for (char& c : name) {
    if (dice.one_in(2)) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

std::string value_text(Dice& dice, const FieldRange& field, int value) {
  if (value - field.low < field.name_count && dice.one_in(3))
    return any_case(dice, field.names[value - field.low]);
  return (dice.one_in(12) ? std::string(static_cast<std::size_t>(dice.between(1, 3)), '0') : "") +
         std::to_string(value);
}

std::string step_text(Dice& dice, int low, int high) {
  return dice.one_in(3) ? fmt::format("/{}", dice.between(1, std::max(1, high - low))) : "";
}

std::string element(Dice& dice, const FieldRange& field) {
  switch (dice.between(0, 3)) {
    case 0:
      return fmt::format("*{}", step_text(dice, field.low, field.high == 7 ? 6 : field.high));
    case 1: {
      const int low = dice.between(field.low, field.high);
      const int high = dice.between(low, field.high);
      // One by one, for the order in which arguments are evaluated is the compiler's choice.
      std::string text = value_text(dice, field, low) + '-';
      text += value_text(dice, field, high);
      return text + step_text(dice, low, high);
    }
    default:
      return value_text(dice, field, dice.between(field.low, field.high));
  }
}

std::string list(Dice& dice, const FieldRange& field) {
  std::string text = element(dice, field);
  if (!dice.one_in(3)) return text;
  for (int more = dice.between(1, 3); more > 0; --more)
    text += fmt::format(",{}", element(dice, field));
  return text;
}

// A minute or an hour that comes a few times only.
std::string few(Dice& dice, const FieldRange& field) {
  const int low = dice.between(field.low, field.high - 1);
  const int other = dice.between(field.low, field.high);
  switch (dice.between(0, 5)) {
    case 0:
      return fmt::format("{}-{}", value_text(dice, field, low), low + 1);
    case 1:
      return fmt::format("*/{}", dice.between(field.high / 2, field.high));
    case 2:
      return fmt::format("*/{},{}", field.high, value_text(dice, field, low));
    case 3:
      return fmt::format("{},{}", value_text(dice, field, low), other);
    default:
      return value_text(dice, field, low);
  }
}

std::string blanks(Dice& dice) {
  return dice.one_in(8) ? dice.pick(std::array{"\t", "  ", " \t ", "\t\t"}) : " ";
}

std::string five_fields(Dice& dice, const std::array<std::string, 5>& fields) {
  std::string text;
  for (const std::string& field : fields) {
    if (!text.empty()) text += blanks(dice);
    text += field;
  }
  if (dice.one_in(15)) text.insert(0, blanks(dice));
  if (dice.one_in(15)) text += blanks(dice);
  return text;
}

std::string make_well_formed(Dice& dice) {
  if (dice.one_in(30)) return dice.pick(kAtWords);
  std::array<std::string, 5> fields;
  for (std::size_t i = 0; i < fields.size(); ++i)
    fields[i] = dice.one_in(4) ? "*" : list(dice, kFields[i]);
  return five_fields(dice, fields);
}

std::string make_sparse(Dice& dice) {
  if (dice.one_in(30)) return dice.pick(kAtWords);
  const auto any = [&dice](std::size_t i) { return list(dice, kFields[i]); };
  // Each braced list is evaluated from left to right.
  const int dense = dice.between(1, 40);
  const std::array<std::string, 5> fields = {
      dense == 1 ? any(0) : few(dice, kFields[0]), dense == 2 ? any(1) : few(dice, kFields[1]),
      dice.one_in(3) ? "*" : any(2),
      dice.one_in(4) ? any(3) : dice.pick(std::array{"*", "2-3", "feb,MAR"}),
      dice.one_in(3) ? "*" : any(4)};
  return five_fields(dice, fields);
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; (at = text.find_first_not_of(" \t", at)) != std::string::npos;) {
    const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::string joined(const std::vector<std::string>& words, const char* separator) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += separator;
    text += words[i];
  }
  return text;
}

std::string junk(Dice& dice) {
  if (dice.one_in(3)) {
    char byte = '\n';
    while (byte == '\n') byte = static_cast<char>(dice.between(1, 255));
    return {byte};
  }
  return dice.pick(std::array{",",  "-",  "/",  "*",  "*/", "0",        "9",           "99",
                              ".",  ":",  ";",  "?",  "#",  "L",        "W",           "~",
                              "=",  "%",  "\\", "\"", "'",  "@",        "x",           " ",
                              "\t", "\r", "\v", "é",  "–",  "\xc2\xa0", "\xef\xbb\xbf"});
}

std::string mutated(Dice& dice, const std::string& text) {
  std::vector<std::string> words = words_of(text);
  const auto size = static_cast<int>(text.size());
  const auto at = static_cast<std::size_t>(dice.between(0, size));
  const auto field =
      static_cast<std::size_t>(dice.between(0, std::max(0, static_cast<int>(words.size()) - 1)));
  switch (dice.between(0, 5)) {
    case 0:
    case 1:
      return text.substr(0, at) + junk(dice) + text.substr(at);
    case 2:
      return text.substr(0, at) + text.substr(std::min(at + 1, text.size()));
    case 3:
      words.insert(words.begin() + static_cast<std::ptrdiff_t>(words.empty() ? 0 : field),
                   element(dice, kFields[0]));
      return joined(words, " ");
    default:
      if (words.empty()) return dice.pick(kOddFields);
      if (dice.one_in(3)) {
        words[field] += fmt::format(",{}", dice.pick(kOddFields));
      } else if (dice.one_in(4)) {
        const int low = dice.between(0, 80);
        words[field] = fmt::format("{}-{}", low, dice.between(0, 80));
      } else {
        words[field] = dice.pick(kOddFields);
      }
      return joined(words, " ");
  }
}

std::string make_odd(Dice& dice) {
  if (dice.one_in(30)) return dice.pick(kOddTexts);
  std::string text = dice.one_in(2) ? "0 0 * * *" : make_well_formed(dice);
  for (int more = dice.between(1, 3); more > 0; more = dice.one_in(3) ? more - 1 : 0)
    text = mutated(dice, text);
  return text;
}

// Texts that are nearer to "* * * * *", the boldest first. Each is shorter, or as long with more
// lone stars, or has lower digits in the same places, so that shrinking ends.
std::vector<std::string> smaller_texts(const std::string& text) {
  std::vector<std::string> smaller;
  const std::vector<std::string> words = words_of(text);
  const auto with_word = [&](std::size_t i, const std::string& word) {
    std::vector<std::string> others = words;
    others[i] = word;
    smaller.push_back(joined(others, " "));
  };
  if (const std::string plain = joined(words, " "); plain.size() < text.size())
    smaller.push_back(plain);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] != "*") with_word(i, "*");
    if (words[i].size() > 1) with_word(i, "1");
    for (std::size_t comma = 0; (comma = words[i].find(',', comma)) != std::string::npos; ++comma) {
      with_word(i, words[i].substr(0, comma));
      with_word(i, words[i].substr(comma + 1));
    }
  }
  rc::seq::forEach(rc::shrink::removeChunks(text),
                   [&](std::string&& rest) { smaller.push_back(std::move(rest)); });
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (char digit = '0'; digit < text[i] && text[i] <= '9'; ++digit) {
      smaller.push_back(text);
      smaller.back()[i] = digit;
    }
  }
  return smaller;
}

// Function objects, for rapidcheck keeps a copy.
constexpr auto kShrinksOf = [](const std::string& text) {
  return rc::seq::fromContainer(smaller_texts(text));
};
constexpr auto kShrinksOfBatch = [](const Batch& batch) {
  return rc::seq::concat(rc::shrink::removeChunks(batch),
                         rc::shrink::eachElement(batch, kShrinksOf));
};

using Maker = std::string (*)(Dice&);

rc::Gen<std::string> one(Maker make) {
  return rc::Gen<std::string>([make](const Random& random, int) {
    Dice dice(random);
    return rc::shrinkable::shrinkRecur(make(dice), kShrinksOf);
  });
}

rc::Gen<Batch> many(Maker make, std::size_t count) {
  return rc::Gen<Batch>([make, count](const Random& random, int) {
    Dice dice(random);
    Batch batch(count);
    for (std::string& text : batch) text = make(dice);
    return rc::shrinkable::shrinkRecur(std::move(batch), kShrinksOfBatch);
  });
}

}  // namespace

rc::Gen<std::string> well_formed() {
  return one(make_well_formed);
}
rc::Gen<std::string> sparse() {
  return one(make_sparse);
}
rc::Gen<std::string> odd() {
  return one(make_odd);
}
rc::Gen<Batch> well_formed_batch(std::size_t count) {
  return many(make_well_formed, count);
}
rc::Gen<Batch> sparse_batch(std::size_t count) {
  return many(make_sparse, count);
}
rc::Gen<Batch> odd_batch(std::size_t count) {
  return many(make_odd, count);
}

}  // namespace schedule_generator
