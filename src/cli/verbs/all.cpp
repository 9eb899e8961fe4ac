#include "cli/verb.hpp"

namespace localscale::cli {

std::vector<Verb> all_verbs() {
  return {up_verb(),        down_verb(),   status_verb(),     wait_verb(),    open_verb(),
          run_verb(),       chat_verb(),   ls_verb(),         models_verb(),  pull_verb(),
          show_verb(),      rm_verb(),     cp_verb(),         ps_verb(),      stop_verb(),
          bench_verb(),     logs_verb(),   key_verb(),        config_verb(),  doctor_verb(),
          bugreport_verb(), update_verb(), completion_verb(), version_verb(), log_writer_verb(),
          complete_verb()};
}

}  // namespace localscale::cli
