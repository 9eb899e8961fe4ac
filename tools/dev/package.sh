# ./dev deb and ./dev test package: builds the Debian packages from a finished build. Sourced.

packages=$root/build/packages

# build_packages BUILD ENGINE: puts the .deb files of the build folder BUILD, with the engine of the folder ENGINE, into
# $packages. The work is done on a copy of what packaging needs, so that neither the checkout nor its parent collects files.
build_packages() {
  local work=$packages/source log=$packages/build.log
  rm -rf "$packages" && mkdir -p "$work"
  (cd "$root" && git ls-files -z -- debian packaging docs README.md models/seedling/seedling.gguf |
    xargs -0 cp --parents -t "$work") || die "the files to package could not be copied" "look at git status"
  (cd "$work" && LOCALSCALE_BUILD=$1 LOCALSCALE_ENGINE=$2 DEB_BUILD_OPTIONS="nocheck parallel=$jobs" \
    dpkg-buildpackage -b -us -uc -d) >"$log" 2>&1 ||
    { tail -n 30 "$log" >&2; die "the packages could not be built" "read ${log#"$root"/}"; }
  rm -rf "$work"
}

# The program's version is the package's: debian/changelog and CMakeLists.txt agree.
check_versions() {
  local package project
  package=$(sed -n '1s/.*(\([^)]*\)).*/\1/p' "$root/debian/changelog")
  project=$(sed -n 's/^project(localscale VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
  [ "$package" = "$project" ] || { echo "debian/changelog says $package, CMakeLists.txt $project"; return 1; }
}

# What a build needs is listed in tools/dev/packages.txt and in debian/control: both lists are the same.
check_build_depends() {
  diff <(awk '$1 == "build" && $2 != "g++" {print $2}' "$root/tools/dev/packages.txt" | sort) \
    <(sed -n '/^Build-Depends:/,/^[^ ]/p' "$root/debian/control" | sed -n 's/^ \([a-z0-9.+-]*\).*/\1/p' |
      grep -vE '^(debhelper-compat|po-debconf|nodejs|npm)$' | sort)
}

check_lintian() {
  lintian --fail-on error,warning --tag-display-limit 0 --suppress-tags initial-upload-closes-no-bugs "$packages"/*.changes
}

# package_bench: the size of the package as a table and a line of JSON.
package_bench() {
  local deb bytes mib
  for deb in "$packages"/*.deb; do printf '%-50s %8.2f MiB\n' "$(basename "$deb")" "$(bc_mib "$deb")"; done
  deb=$(echo "$packages"/localscale_*.deb)
  mib=$(bc_mib "$deb")
  printf '{"bench":"package","claim":"deb_mib","value":%s,"unit":"MiB","bar":15,"better":"lower","ok":%s,"with":{"package":"%s"}}\n' \
    "$mib" "$(awk -v mib="$mib" 'BEGIN {print (mib <= 15) ? "true" : "false"}')" "$(basename "$deb")"
}

bc_mib() { stat -c %s "$1" | awk '{printf "%.2f", $1 / 1048576}'; }
