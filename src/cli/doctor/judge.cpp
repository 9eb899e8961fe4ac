#include "cli/doctor/judge.hpp"

namespace localscale::cli::doctor {

std::string_view name(Level level) {
  switch (level) {
    case Level::ok:
      return "ok";
    case Level::warning:
      return "warning";
    case Level::failure:
      break;
  }
  return "failure";
}

std::vector<Finding> judge(const Facts& facts) {
  std::vector<Finding> out;
  judge_config(facts.config, out);
  if (facts.home) judge_home(*facts.home, facts.own_version, out);
  if (facts.tools) judge_tools(*facts.tools, out);
  judge_limits(facts.limits, out);
  for (const PortFacts& port : facts.ports) judge_port(port, out);
  for (const DiskFacts& disk : facts.disks) judge_disk(disk, out);
  if (facts.gpu) judge_gpu(*facts.gpu, out);
  if (facts.store) judge_store(*facts.store, out);
  judge_clock(facts.clock, out);
  if (facts.certificate) judge_certificate(*facts.certificate, facts.clock.now_unix_s, out);
  return out;
}

}  // namespace localscale::cli::doctor
