// Stands in for localscale-fetcher in the tests of the supervisor: answers each packet with its process's
// view.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sandbox/packet.hpp"
#include "sandbox/probe.hpp"
#include "sandbox/self_confine.hpp"

int main(int argc, char** argv) {
  using namespace localscale::sandbox;  // NOLINT(google-build-using-namespace): one small program
  if (auto entered = enter(Profile::fetcher); !entered) {
    std::fprintf(stderr, "stub fetcher: %s\n", entered.error().message().c_str());
    return 125;
  }
  if (argc > 1 && std::strcmp(argv[1], "--escape-probe") == 0) return run_probe(Profile::fetcher);
  const char* channel = std::getenv("LOCALSCALE_HOUSE_FD");
  if (channel == nullptr) return 125;
  for (;;) {
    auto received = receive_packet(std::atoi(channel));
    if (!received || received->state != Received::State::packet) return 0;
    if (received->packet.bytes == "die") return 7;
    if (!send_packet(std::atoi(channel), "pong")) return 0;
  }
}
