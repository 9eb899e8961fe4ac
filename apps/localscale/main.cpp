#include <signal.h>

#include "cli/app.hpp"

int main(int argc, char** argv) {
  // Ended quietly when its reader goes away (`localscale logs -f | head -1`), even where a parent ignores
  // that.
  signal(SIGPIPE, SIG_DFL);
  return localscale::cli::run(argc, argv);
}
