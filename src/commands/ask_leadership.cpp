#include "commands/ask_leadership.h"

#include "charm/peer_data.h"
#include "system/boot_clock.h"
#include "system/file.h"
#include "system/machine.h"

namespace leader_cron {
namespace {

// Nothing where Juju does not say; empty: there is no such relation.
std::optional<std::string> find_relation(const HookCall& call, const LeadershipFacts& facts) {
  if (!call.relation_id.empty()) return call.relation_id;
  // A new version of the charm may have brought the relation.
  const bool known = facts.local && facts.local->relation && call.name != "upgrade-charm";
  if (known) return facts.local->relation;
  return relation_id(kPeerEndpoint);
}

// Where this unit acted as leader before, it will have to ask for the application's data. Empty
// where it did not, or the relation is not known without a question.
std::string known_relation(const HookCall& call, const std::optional<LocalLeadership>& local) {
  // Relation tools do not work in install.
  if (call.name == "install" || !local || !local->active) return "";
  return local->relation.value_or("");
}

bool needs_relation(LeadershipFacts facts) {
  facts.peers = Peers::present;
  return next_read(facts).has_value();
}

void ask_application(const HookCall& call, Questions& questions, const std::string& relation,
                     LeadershipFacts& facts) {
  const std::string_view application = application_of(call.unit);
  if (!questions.application)
    questions.application.emplace(relation, application, Databags::application);
  facts.application.asked = true;
  questions.application_data = questions.application->answer();
  if (questions.application_data)
    facts.application.value = read_application_data(*questions.application_data, application);
}

void ask_unit(Questions& questions, const std::string& relation, const std::string& unit,
              LeadershipFacts& facts) {
  Answer<UnitData>& answer = facts.units[unit];
  answer.asked = true;
  auto bag = DatabagQuestion(relation, unit, Databags::unit).answer();
  if (!bag) return;
  answer.value = read_unit_data(*bag);
  questions.unit_data.emplace(unit, *std::move(bag));
}

}  // namespace

std::optional<LocalLeadership> local_leadership(const ServicePaths& paths) {
  const auto text = read_file(on_machine(paths.leadership));
  return text ? parse_local_leadership(*text) : std::nullopt;
}

// What can wait is read while the first tools run.
Questions::Questions(const HookCall& call, const std::optional<ServicePaths>& paths)
    : reading{{}, since_boot()} {
  const std::string relation_id = paths ? known_relation(call, local_leadership(*paths)) : "";
  if (!relation_id.empty())
    application.emplace(relation_id, application_of(call.unit), Databags::application);
  reading.boot_id = boot_id();
}

const LeadershipFacts& ask_leadership(const HookCall& call, Questions& questions,
                                      const std::optional<LeadershipOptions>& options,
                                      const std::optional<ServicePaths>& paths) {
  if (questions.leadership_facts) return *questions.leadership_facts;
  LeadershipFacts& facts = questions.leadership_facts.emplace();
  facts.unit = call.unit;
  facts.leadership = questions.leadership.answer();
  facts.leaving = call.departing_unit == call.unit;
  facts.options = options;
  facts.reading = questions.reading;
  if (paths) {
    facts.local = local_leadership(*paths);
    if (facts.local && facts.local->boot_id != facts.reading.boot_id) facts.local.reset();
    if (const auto stamp = read_file(on_machine(paths->stamp))) facts.stamp = parse_stamp(*stamp);
  }
  if (call.name == "install" || !needs_relation(facts)) return facts;
  questions.relation = find_relation(call, facts);
  const std::optional<std::string>& relation = questions.relation;
  if (relation) facts.peers = relation->empty() ? Peers::absent : Peers::present;
  while (const auto read = next_read(facts)) {
    if (read->application) {
      ask_application(call, questions, *relation, facts);
    } else {
      ask_unit(questions, *relation, read->unit, facts);
    }
  }
  return facts;
}

}  // namespace leader_cron
