// bench_gateway: one measurement a call, its result as one line of JSON. bench/gateway.mjs starts what is
// measured.
//
//   bench_gateway ttft BODY PAIRS DIRECT HOUSE           time to first token, interleaved pairs
//   bench_gateway tokens BODY STREAMS ROUNDS DIRECT HOUSE  tokens a second, interleaved rounds
//   bench_gateway rps BODY CONNECTIONS MS ROUNDS TARGET…   whole requests a second, interleaved rounds
//   bench_gateway idle BODY COUNT PID TARGET               memory that idle streams add to process PID
//
// BODY is a chat request's JSON; a target is a port on 127.0.0.1 or a unix socket's path.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include <poll.h>

#include "load.hpp"

namespace {

using namespace localscale;
using bench::Conversation;
using bench::quantile;
using bench::Target;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kPath = "/v1/chat/completions";
constexpr std::string_view kFirstToken = "\"content\":\"";

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double first_token_ms(Conversation& conversation) {
  const auto start = Clock::now();
  conversation.ask();
  conversation.wait_for(kFirstToken);
  const double ms = ms_since(start);
  conversation.finish();
  return ms;
}

int ttft(const std::string& body, int pairs, const Target& direct, const Target& house) {
  Conversation a(direct, bench::post(kPath, body));
  Conversation b(house, bench::post(kPath, body));
  for (int i = 0; i < 50; ++i) {
    first_token_ms(a);
    first_token_ms(b);
  }
  std::vector<double> as;
  std::vector<double> bs;
  std::vector<double> added;
  for (int i = 0; i < pairs; ++i) {
    const bool house_first = i % 2 == 1;
    const double first = first_token_ms(house_first ? b : a);
    const double second = first_token_ms(house_first ? a : b);
    as.push_back(house_first ? second : first);
    bs.push_back(house_first ? first : second);
    added.push_back(bs.back() - as.back());
  }
  std::printf("{\"pairs\":%d,\"direct_p50\":%.4f,\"direct_p99\":%.4f,\"house_p50\":%.4f,\"house_p99\":%.4f,",
              pairs, quantile(as, 0.5), quantile(as, 0.99), quantile(bs, 0.5), quantile(bs, 0.99));
  std::printf(
      "\"added_p50\":%.4f,\"added_p99\":%.4f,\"pair_difference_p50\":%.4f,\"pair_difference_p99\":%.4f}\n",
      quantile(bs, 0.5) - quantile(as, 0.5), quantile(bs, 0.99) - quantile(as, 0.99), quantile(added, 0.5),
      quantile(added, 0.99));
  return 0;
}

using Conversations = std::vector<std::unique_ptr<Conversation>>;

Conversations open(const Target& target, const std::string& body, int count) {
  Conversations all;
  for (int i = 0; i < count; ++i)
    all.push_back(std::make_unique<Conversation>(target, bench::post(kPath, body)));
  return all;
}

std::vector<pollfd> polled(const Conversations& all) {
  std::vector<pollfd> fds;
  for (const auto& one : all) fds.push_back({one->fd(), POLLIN, 0});
  return fds;
}

/// One answer on each connection at once; tokens a second over all.
double tokens_per_second(Conversations& all) {
  std::size_t running = all.size();
  const auto start = Clock::now();
  for (auto& one : all) one->ask();
  auto fds = polled(all);  // After asking, which may connect anew.
  while (running > 0) {
    ::poll(fds.data(), fds.size(), -1);
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if ((fds[i].revents & (POLLIN | POLLHUP)) == 0 || all[i]->read()) continue;
      fds[i].fd = -1;
      --running;
    }
  }
  const double seconds = ms_since(start) / 1000;
  std::size_t tokens = 0;
  for (const auto& one : all) tokens += one->tokens();
  return static_cast<double>(tokens) / seconds;
}

int tokens(const std::string& body, int streams, int rounds, const Target& direct, const Target& house) {
  // New connections for each round: llama-server closes those that were idle while the other side was
  // measured.
  const auto measure = [&](const Target& target) {
    Conversations all = open(target, body, streams);
    return tokens_per_second(all);
  };
  std::vector<double> as;
  std::vector<double> bs;
  std::vector<double> ratios;
  measure(direct);
  measure(house);
  for (int i = 0; i < rounds; ++i) {
    const bool house_first = i % 2 == 1;
    const double first = measure(house_first ? house : direct);
    const double second = measure(house_first ? direct : house);
    as.push_back(house_first ? second : first);
    bs.push_back(house_first ? first : second);
    ratios.push_back(bs.back() / as.back());
  }
  std::printf("{\"streams\":%d,\"rounds\":%d,\"direct\":%.1f,\"house\":%.1f,\"ratio\":%.4f}\n", streams,
              rounds, quantile(as, 0.5), quantile(bs, 0.5), quantile(ratios, 0.5));
  return 0;
}

double requests_per_second(Conversations& all, int for_ms) {
  std::size_t done = 0;
  for (auto& one : all) one->ask();
  auto fds = polled(all);  // After asking, which may connect anew.
  const auto start = Clock::now();
  std::size_t running = all.size();
  while (running > 0) {
    ::poll(fds.data(), fds.size(), -1);
    const bool over = ms_since(start) >= for_ms;
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if ((fds[i].revents & (POLLIN | POLLHUP)) == 0 || all[i]->read()) continue;
      if (over) {  // What ends after the time does not count.
        fds[i].fd = -1;
        --running;
        continue;
      }
      ++done;
      all[i]->ask();
    }
  }
  return static_cast<double>(done) * 1000 / for_ms;
}

int rps(const std::string& body, int connections, int for_ms, int rounds,
        const std::vector<Target>& targets) {
  std::vector<Conversations> all;
  all.reserve(targets.size());
  for (const auto& target : targets) all.push_back(open(target, body, connections));
  std::vector<std::vector<double>> rates(targets.size());
  for (auto& one : all) requests_per_second(one, for_ms / 4);
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < all.size(); ++i) rates[i].push_back(requests_per_second(all[i], for_ms));
  }
  std::printf("{\"connections\":%d,\"rounds\":%d,\"rps\":[", connections, rounds);
  for (std::size_t i = 0; i < rates.size(); ++i)
    std::printf("%s%.1f", i > 0 ? "," : "", quantile(rates[i], 0.5));
  std::printf("],\"ratios\":[");  // Of the first target to each other one: the median of the rounds' ratios.
  for (std::size_t i = 1; i < rates.size(); ++i) {
    std::vector<double> ratios;
    ratios.reserve(rates[0].size());
    for (std::size_t round = 0; round < rates[0].size(); ++round)
      ratios.push_back(rates[0][round] / std::max(rates[i][round], 1.0));
    std::printf("%s%.4f", i > 1 ? "," : "", quantile(ratios, 0.5));
  }
  std::printf("]}\n");
  return 0;
}

/// Resident memory.
double rss_mib(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/smaps_rollup");
  std::string word;
  double kib = 0;
  while (file >> word) {
    if (word == "Rss:" && file >> kib) break;
  }
  return kib / 1024;
}

int idle(const std::string& body, int count, const std::string& pid, const Target& target) {
  const double before = rss_mib(pid);
  Conversations all = open(target, body, count);
  for (auto& one : all) one->ask();
  for (auto& one : all) one->read();  // The head: from here on the stream is idle.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const double after = rss_mib(pid);
  std::printf("{\"streams\":%d,\"before_mib\":%.2f,\"after_mib\":%.2f,\"added_mib\":%.2f}\n", count, before,
              after, after - before);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> args(words + 1, words + count);
  const auto number = [&args](std::size_t i) { return std::atoi(args.at(i).c_str()); };
  const auto target = [&args](std::size_t i) { return Target{args.at(i)}; };
  const std::string what = args.empty() ? "" : args[0];
  if (what == "ttft" && args.size() == 5) return ttft(args[1], number(2), target(3), target(4));
  if (what == "tokens" && args.size() == 6)
    return tokens(args[1], number(2), number(3), target(4), target(5));
  if (what == "idle" && args.size() == 5) return idle(args[1], number(2), args[3], target(4));
  if (what == "rps" && args.size() > 5) {
    std::vector<Target> targets;
    for (std::size_t i = 5; i < args.size(); ++i) targets.push_back(target(i));
    return rps(args[1], number(2), number(3), number(4), targets);
  }
  std::fprintf(stderr, "usage: see the head of bench/gateway/main.cpp\n");
  return 2;
}
