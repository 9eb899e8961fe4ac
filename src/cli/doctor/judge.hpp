#pragma once

#include <vector>

#include "cli/doctor/facts.hpp"
#include "cli/doctor/finding.hpp"

namespace localscale::cli::doctor {

/// What the facts mean for the owner, in the order of importance for reading. Pure.
std::vector<Finding> judge(const Facts& facts);

// The parts of judge(); each appends.
void judge_config(const ConfigFacts& config, std::vector<Finding>& out);
void judge_home(const HomeFacts& home, const std::string& own_version, std::vector<Finding>& out);
void judge_tools(const ToolFacts& tools, std::vector<Finding>& out);
void judge_limits(const LimitFacts& limits, std::vector<Finding>& out);
void judge_port(const PortFacts& port, std::vector<Finding>& out);
void judge_disk(const DiskFacts& disk, std::vector<Finding>& out);
void judge_gpu(const GpuFacts& gpu, std::vector<Finding>& out);
void judge_store(const StoreFacts& store, std::vector<Finding>& out);
void judge_clock(const ClockFacts& clock, std::vector<Finding>& out);
void judge_certificate(const CertificateFacts& certificate, std::int64_t now_unix_s,
                       std::vector<Finding>& out);

}  // namespace localscale::cli::doctor
