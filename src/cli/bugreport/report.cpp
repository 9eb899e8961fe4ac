#include "cli/bugreport/report.hpp"

#include <fmt/format.h>

#include "config/keys.hpp"

namespace localscale::cli::bugreport {
namespace {

/// Numbers, flags and the log's words say nothing of the home; all other values are only told to be set.
bool may_be_shown(const config::Key<config::Config>& key, const std::string& value) {
  const bool is_plain = !value.empty() && value.front() != '"' && value.front() != '[';
  return is_plain || key.section == "log";
}

Section config_section(const Material& material) {
  Section section{"Config: keys that differ from their default; paths, names and addresses are left out", {}};
  for (const auto& key : config::keys()) {
    const std::string value = key.write(material.config);
    if (value == key.write(material.defaults)) continue;
    section.lines.push_back(
        fmt::format("{} = {}", key.path(), may_be_shown(key, value) ? value : std::string("(set)")));
  }
  if (const auto count = material.config.fetcher.registries.size(); count > 0)
    section.lines.push_back(fmt::format("fetcher.registries: {}", count));
  return section;
}

Section doctor_section(const Material& material, const Redactor& redactor) {
  Section section{"Doctor", {}};
  for (const doctor::Finding& finding : material.findings)
    section.lines.push_back(fmt::format("{:<8} {:<12} {}", doctor::name(finding.level), finding.check,
                                        redactor.line(finding.what)));
  return section;
}

Section versions_section(const Material& material, const Redactor& redactor) {
  Section section{"Versions", {"localscale " + material.facts.own_version}};
  if (material.facts.home && !material.facts.home->version.empty())
    section.lines.push_back("running home " + redactor.line(material.facts.home->version));
  if (material.facts.tools && !material.facts.tools->version.empty())
    section.lines.push_back("llama-server " + redactor.line(material.facts.tools->version));
  for (const std::string& line : material.machine) section.lines.push_back(line);
  return section;
}

Section log_section(const Material& material, const Redactor& redactor) {
  Section section{"Log: the last lines", {}};
  section.lines.reserve(material.log.size());
  for (const std::string& line : material.log) section.lines.push_back(redactor.line(line));
  return section;
}

}  // namespace

std::vector<Section> make_report(const Material& material, const Redactor& redactor) {
  return {versions_section(material, redactor), config_section(material), doctor_section(material, redactor),
          log_section(material, redactor)};
}

std::string text_of_report(const std::vector<Section>& sections) {
  std::string out = "Localscale bug report. Read it before you send it.\n";
  for (const Section& section : sections) {
    out += fmt::format("\n== {}\n", section.title);
    if (section.lines.empty()) out += "(nothing)\n";
    for (const std::string& line : section.lines) out += line + "\n";
  }
  return out;
}

}  // namespace localscale::cli::bugreport
