#include "fleet.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "fleet_impl.h"
#include "hook_queue.h"

namespace standin {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::chrono::seconds kLockPatience{60};

/// One driver a model: two would overwrite each other's memory.
int lock_model(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const auto end = std::chrono::steady_clock::now() + kLockPatience;
  while (fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() > end) {
      ::close(fd);
      throw std::runtime_error(
          fmt::format("the model in '{}' is in use", path.parent_path().string()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  if (fd < 0) throw std::runtime_error(fmt::format("cannot open '{}'", path.string()));
  return fd;
}

}  // namespace

void append_text(const fs::path& path, const std::string& text) {
  if (text.empty()) return;
  std::ofstream file(path, std::ios::binary | std::ios::app);
  if (!(file << text << std::flush)) {
    throw std::runtime_error(fmt::format("cannot write '{}'", path.string()));
  }
}

void replace_text(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!(file << text << std::flush)) {
    throw std::runtime_error(fmt::format("cannot write '{}'", path.string()));
  }
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string compact(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// --- The model ---

Fleet::Impl::Impl(Model m) : model(std::move(m)), work(model.options.work) {
  fs::create_directories(work);
  lock_ = lock_model(work / "lock");
  std::ifstream file(work / "log.jsonl", std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    const json entry = json::parse(line);
    log.push_back({entry.at(0), entry.at(1), entry.at(2), entry.at(3)});
  }
}

Fleet::Impl::~Impl() {
  kill_leftovers(work / "contexts");
  ::close(lock_);
}

void Fleet::Impl::make_folders() {
  for (const char* name : {"contexts", "settings", "tools", "units", "relations"}) {
    fs::create_directories(work / name);
  }
  if (!relation().empty()) {
    fs::create_directories(work / "relations" / (relation() + "-0"));
    write_bag(model.options.application, model.application_data);
  }
}

Unit& Fleet::Impl::unit(const std::string& name) {
  for (auto& [number, unit] : model.units) {
    if (unit.name == name) return unit;
  }
  throw std::invalid_argument(fmt::format("unit \"{}\" not found", name));
}

Unit& Fleet::Impl::living_unit(const std::string& name) {
  Unit& found = unit(name);
  if (found.life == Life::gone) {
    throw std::invalid_argument(fmt::format("unit \"{}\" is gone", name));
  }
  return found;
}

const CharmFiles& Fleet::Impl::charm(const std::string& folder) const {
  const auto found = charms_.find(folder);
  if (found != charms_.end()) return found->second;
  return charms_.emplace(folder, read_charm(folder)).first->second;
}

std::string Fleet::Impl::relation() const {
  if (!model.options.peer_relation) return {};
  return charm(model.options.charm.string()).peer_relation.value_or("");
}

fs::path Fleet::Impl::root(const Unit& unit) const {
  return work / "units" / fmt::format("{}-{}", model.options.application, unit.number);
}

Unit& Fleet::Impl::add_unit() {
  const int number = model.next_unit++;
  Unit& unit = model.units[number];
  unit.number = number;
  unit.name = fmt::format("{}/{}", model.options.application, number);
  unit.charm = model.options.charm.string();
  const std::string address = unit_address(number);
  // What Juju itself puts into a unit's databag.
  unit.bag = {{"egress-subnets", address + "/32"},
              {"ingress-address", address},
              {"private-address", address}};
  for (const char* folder : {"etc/cron.d", "usr/local/bin", "var/lib", "run"}) {
    fs::create_directories(root(unit) / folder);
  }
  unit.queue.push_back({"install", {}, {}, {}, {}});
  if (!relation().empty()) unit.queue.push_back(relation_hook(relation(), "created"));
  unit.queue.push_back({"config-changed", {}, {}, {}, {}});
  unit.queue.push_back({"start", {}, {}, {}, {}});
  if (!model.leader && !model.deposed) give_lease(unit.name);
  return unit;
}

void Fleet::Impl::give_lease(std::optional<std::string> name) {
  if (name == model.leader) return;
  model.leader = std::move(name);
  replace_text(work / "lease", model.leader.value_or(""));
  if (model.leader) enqueue_leader_elected(unit(*model.leader));
}

void Fleet::Impl::elect_someone() {
  std::vector<std::string> candidates;
  for (const auto& [number, unit] : model.units) {
    if (unit.life == Life::alive && unit.reachable && unit.name != model.leader) {
      candidates.push_back(unit.name);
    }
  }
  if (candidates.empty()) return give_lease(std::nullopt);
  give_lease(candidates[draw(model.random, candidates.size())]);
}

void Fleet::Impl::leave_peers(Unit& leaving) {
  for (auto& [number, other] : model.units) {
    if (&other == &leaving || other.life != Life::alive || !other.in_relation) continue;
    enqueue_departed(other, relation(), leaving.name);
  }
}

void Fleet::Impl::bury(Unit& unit) {
  if (unit.life == Life::alive) leave_peers(unit);
  unit.life = Life::gone;
  unit.queue.clear();
  unit.in_error = false;
  if (model.leader == unit.name) elect_someone();
}

json Fleet::Impl::current_settings() const {
  return settings(charm(model.options.charm.string()), model.options.config, false);
}

// --- Making and keeping ---

Fleet::Fleet(Options options) {
  options.work = fs::absolute(options.work).lexically_normal();
  options.charm = fs::canonical(options.charm);
  if (fs::exists(options.work / "units")) {
    throw std::invalid_argument(fmt::format("'{}' holds a model already", options.work.string()));
  }
  const CharmFiles charm = read_charm(options.charm);
  for (const auto& [key, value] : options.config) option_value(charm, key, value);
  Model model;
  model.random = options.seed;
  model.options = std::move(options);
  impl_ = std::make_unique<Impl>(std::move(model));
  impl_->make_folders();
}

Fleet::Fleet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Fleet::Fleet(Fleet&&) noexcept = default;
Fleet& Fleet::operator=(Fleet&&) noexcept = default;
Fleet::~Fleet() = default;

Fleet Fleet::open(const fs::path& work) {
  const fs::path folder = fs::absolute(work).lexically_normal();
  if (!fs::exists(folder / "model.json")) {
    throw std::invalid_argument(fmt::format("no model in '{}'", folder.string()));
  }
  // Whoever held the lock before us has saved before it let go: read only when we hold it.
  Model placeholder;
  placeholder.options.work = folder;
  auto impl = std::make_unique<Impl>(std::move(placeholder));
  try {
    impl->model = model_from_json(json::parse(read_text(folder / "model.json")));
  } catch (const json::exception& error) {
    throw std::runtime_error(
        fmt::format("cannot read '{}': {}", (folder / "model.json").string(), error.what()));
  }
  impl->model.options.work = folder;
  return Fleet(std::move(impl));
}

void Fleet::save() const {
  const fs::path path = impl_->work / "model.json";
  replace_text(path.string() + ".new", compact(to_json(impl_->model)));
  fs::rename(path.string() + ".new", path);
}

// --- What happens to it ---

void Fleet::deploy(int count) {
  for (int i = 0; i < count; ++i) impl_->add_unit();
}

std::string Fleet::add_unit() {
  return impl_->add_unit().name;
}

void Fleet::remove_unit(const std::string& name, bool force) {
  Unit& unit = impl_->living_unit(name);
  if (force || !unit.installed) return impl_->bury(unit);
  if (unit.life == Life::dying) return;
  impl_->leave_peers(unit);
  unit.life = Life::dying;
  enqueue_removal(unit, impl_->relation());
}

void Fleet::set_config(const StringMap& values) {
  const auto& options = impl_->model.options;
  const CharmFiles& charm = impl_->charm(options.charm.string());
  for (const auto& [key, value] : values) option_value(charm, key, value);
  const json before = impl_->current_settings();
  for (const auto& [key, value] : values) impl_->model.options.config[key] = value;
  impl_->config_changed(before);
}

void Fleet::reset_config(const std::string& key) {
  auto& options = impl_->model.options;
  if (!impl_->charm(options.charm.string()).options.contains(key)) {
    throw std::invalid_argument(fmt::format("unknown option \"{}\"", key));
  }
  const json before = impl_->current_settings();
  options.config.erase(key);
  impl_->config_changed(before);
}

void Fleet::depose() {
  impl_->model.deposed = true;
  impl_->give_lease(std::nullopt);
}

void Fleet::elect(const std::string& name) {
  const Unit& unit = impl_->living_unit(name);
  if (unit.life != Life::alive || !unit.reachable) {
    throw std::invalid_argument(fmt::format("unit \"{}\" cannot claim the lease", name));
  }
  impl_->model.deposed = false;
  impl_->give_lease(name);
}

void Fleet::kill(const std::string& name) {
  impl_->bury(impl_->living_unit(name));
}

void Fleet::partition(const std::string& name) {
  impl_->living_unit(name).reachable = false;
  if (impl_->model.leader == name) impl_->elect_someone();
}

void Fleet::heal(const std::string& name) {
  Unit& unit = impl_->living_unit(name);
  unit.reachable = true;
  if (!impl_->model.leader && !impl_->model.deposed && unit.life == Life::alive) {
    impl_->give_lease(name);
  }
}

void Fleet::reboot(const std::string& name) {
  Unit& unit = impl_->living_unit(name);
  for (const auto& entry : fs::directory_iterator(impl_->root(unit) / "run")) {
    fs::remove_all(entry.path());
  }
  if (unit.installed && unit.life == Life::alive) enqueue(unit, {"start", {}, {}, {}, {}});
}

void Fleet::refresh(const fs::path& folder) {
  const std::string charm = fs::canonical(folder).string();
  const CharmFiles files = read_charm(charm);
  impl_->forget_charm(charm);  // it may have been staged anew in the same folder
  auto& options = impl_->model.options;
  options.charm = charm;
  std::erase_if(options.config, [&](const auto& item) {  // what the new charm does not know
    try {
      option_value(files, item.first, item.second);
      return false;
    } catch (const std::invalid_argument&) {
      return true;
    }
  });
  for (auto& [number, unit] : impl_->model.units) {
    if (unit.life != Life::alive) continue;
    if (!unit.installed) {
      unit.charm = charm;
      continue;
    }
    enqueue_upgrade(unit, charm);
    enqueue(unit, {"config-changed", {}, {}, {}, {}});
  }
}

void Fleet::set_application_data(const StringMap& values) {
  StringMap& data = impl_->model.application_data;
  for (const auto& [key, value] : values) data[key] = value;
  impl_->write_bag(impl_->model.options.application, data);
}

void Fleet::update_status() {
  for (auto& [number, unit] : impl_->model.units) {
    if (unit.life == Life::alive) update_status(unit.name);
  }
}

void Fleet::update_status(const std::string& name) {
  Unit& unit = impl_->living_unit(name);
  if (unit.installed && !unit.in_error) enqueue(unit, {"update-status", {}, {}, {}, {}});
}

void Fleet::resolve(const std::string& name) {
  Unit& unit = impl_->living_unit(name);
  unit.in_error = false;
  // The failed hook stays first; another failure counts from here.
  if (unit.failures > 0) unit.failures = 1;
}

}  // namespace standin
