#include <array>
#include <utility>

#include "cli/completion.hpp"

/// The scripts know nothing of verbs: each asks `localscale complete -- WORD…`, which answers from the
/// definitions that the help is made of, a candidate a line, with its description after a tab. ":files" asks
/// for file names, too.
namespace localscale::cli {
namespace {

constexpr std::string_view bash_script =
    R"(# Completion of localscale for bash. To load it: source <(localscale completion bash)
_localscale() {
  local IFS=$' \t\n' line=${COMP_LINE:0:COMP_POINT} candidate kept='' about
  local -a words=()
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local current=${words[${#words[@]} - 1]}
  # What stands before the last colon or equals sign is a word of its own to readline, and stays.
  [[ $current == *[:=]* && $COMP_WORDBREAKS == *:* ]] && kept=${current%"${current##*[:=]}"}
  COMPREPLY=()
  while IFS=$'\t' read -r candidate about; do
    if [[ $candidate == :files ]]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("${candidate#"$kept"}")
    fi
  done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
}
complete -F _localscale localscale
)";

constexpr std::string_view zsh_script = R"(#compdef localscale
# Completion of localscale for zsh. To load it: source <(localscale completion zsh), after compinit; or keep it as
# _localscale in a folder of $fpath.
_localscale() {
  local -a lines described
  local line name
  lines=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "${lines[@]}"; do
    name=${line%%$'\t'*}
    if [[ $name == ':files' ]]; then
      _files
    elif [[ -n $name ]]; then
      described+=("${name//:/\\:}:${line#*$'\t'}")
    fi
  done
  (( ${#described} )) && _describe -t words localscale described
}
if [[ $funcstack[1] == _localscale ]]; then
  _localscale "$@"
elif (( $+functions[compdef] )); then
  compdef _localscale localscale
fi
)";

constexpr std::string_view fish_script =
    R"(# Completion of localscale for fish. To load it: localscale completion fish | source
function __localscale_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  test -n "$current"; or set current ''
  for line in ($before[1] complete -- $before[2..-1] $current 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path $current
    else
      echo $line
    end
  end
end
complete -c localscale -f -a '(__localscale_complete)'
)";

constexpr std::array scripts = {std::pair{std::string_view("bash"), bash_script},
                                std::pair{std::string_view("zsh"), zsh_script},
                                std::pair{std::string_view("fish"), fish_script}};

}  // namespace

std::string completion_script(std::string_view shell) {
  for (const auto& [name, script] : scripts) {
    if (name == shell) return std::string(script);
  }
  return {};
}

const std::vector<std::string>& completion_shells() {
  static const std::vector<std::string> names = {"bash", "zsh", "fish"};
  return names;
}

}  // namespace localscale::cli
