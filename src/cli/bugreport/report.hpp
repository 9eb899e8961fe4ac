#pragma once

#include <string>
#include <vector>

#include "cli/bugreport/redact.hpp"
#include "cli/doctor/facts.hpp"
#include "cli/doctor/finding.hpp"
#include "config/config.hpp"

namespace localscale::cli::bugreport {

struct Section {
  std::string title;
  std::vector<std::string> lines;
};

/// What the report is made from, as it was found.
struct Material {
  std::vector<std::string> machine;  ///< Kernel, system, processor, memory: a line each, told as it is.
  config::Config config;
  config::Config defaults;  ///< What this user would have without a file.
  doctor::Facts facts;
  std::vector<doctor::Finding> findings;
  std::vector<std::string> log;
};

/// The report, with all private things taken out. Pure.
std::vector<Section> make_report(const Material& material, const Redactor& redactor);

/// The sections as one text.
std::string text_of_report(const std::vector<Section>& sections);

}  // namespace localscale::cli::bugreport
