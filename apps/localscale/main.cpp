#include <signal.h>

#include "cli/app.hpp"

int main(int argc, char** argv) {
  // A reader that goes away (`localscale ls | head -1`) is seen as a write error.
  signal(SIGPIPE, SIG_IGN);
  return localscale::cli::run(argc, argv);
}
