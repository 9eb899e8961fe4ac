# Builds llama.cpp once per version, patch set and options, into the cache; links it beside a build. Sourced.

# The CPU variants of a development build; a package is built with LOCALSCALE_CPU_VARIANTS=all.
cpu_variants=${LOCALSCALE_CPU_VARIANTS:-x64;haswell;icelake}

engine_options() {
  local options=(
    -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON
    -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF
    -DLLAMA_BUILD_IS_DEV=OFF "-DCMAKE_BUILD_RPATH=\$ORIGIN" -DCMAKE_BUILD_RPATH_USE_ORIGIN=ON
    -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++
    -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  [ "$cpu_variants" = all ] || options+=("-DLOCALSCALE_CPU_VARIANTS=$cpu_variants")
  [ "${LOCALSCALE_CUDA:-OFF}" != ON ] || options+=(-DGGML_CUDA=ON)
  [ "${LOCALSCALE_VULKAN:-OFF}" != ON ] || options+=(-DGGML_VULKAN=ON)
  printf '%s\n' "${options[@]}"
}

engine_key() {
  { cat "$root/engine/package-lock.json" "$root"/engine/patches/*.patch; engine_options; g++ -dumpfullversion; uname -m; } |
    sha256sum | cut -c1-16
}

# fetch_engine_source FOLDER: unpacks the npm package that the lock file pins, after comparing its SHA-512.
fetch_engine_source() {
  local version integrity archive
  read -r version integrity < <(node -p "const p = require('$root/engine/package-lock.json').packages['node_modules/node-llama-cpp']; p.version + ' ' + p.integrity")
  (cd "$1" && npm pack --silent "node-llama-cpp@$version" >/dev/null) ||
    die "node-llama-cpp $version could not be fetched" "check that the npm registry is reachable, then run this again"
  archive=$1/node-llama-cpp-$version.tgz
  [ "sha512-$(openssl dgst -sha512 -binary "$archive" | base64 -w0)" = "$integrity" ] ||
    die "node-llama-cpp $version is not what engine/package-lock.json pins" "do not use it; check the registry"
  tar -xzf "$archive" -C "$1" package/llama/gitRelease.bundle
}

# build_engine KEY: puts llama-server, llama-bench and their libraries into the cache.
build_engine() {
  local key=$1 target=$cache/engine/$1 work
  if [ -e "$target/llama-server" ]; then return 0; fi
  work=$cache/engine/work
  rm -rf "$work" && mkdir -p "$work"
  local -x CCACHE_BASEDIR=$work
  fetch_engine_source "$work"
  local source=$work/llama.cpp
  rm -rf "$source"
  git clone -q "$work/package/llama/gitRelease.bundle" "$source" 2>/dev/null ||
    die "llama.cpp's source bundle could not be cloned" "delete $work and run this again"
  local patch
  for patch in "$root"/engine/patches/*.patch; do
    git -C "$source" apply "$patch" || die "$(basename "$patch") does not apply to llama.cpp" "refresh engine/patches for the pinned version"
  done
  local options
  mapfile -t options < <(engine_options)
  cmake -S "$source" -B "$work/build" -G Ninja "${options[@]}" >"$work/configure.log" 2>&1 ||
    { tail -n 20 "$work/configure.log" >&2; die "llama.cpp could not be configured" "read $work/configure.log"; }
  run_ninja "$work/build.log" -C "$work/build" llama-server llama-bench ||
    { tail -n 30 "$work/build.log" >&2; die "llama.cpp did not build" "read $work/build.log"; }
  rm -rf "$target.new"
  mkdir -p "$target.new"
  cp -a "$work"/build/bin/llama-server "$work"/build/bin/llama-bench "$work"/build/bin/*.so* "$target.new/"
  mv "$target.new" "$target"
  rm -rf "$work"
}

# link_engine PRESET: builds the engine if needed and puts it at build/PRESET/engine. It is a copy (hard links where that
# works), because the cache lies in a home folder that other users may not enter, and homes run as other users too.
link_engine() {
  local preset=$1 key target
  key=$(engine_key)
  target=$root/build/$preset/engine
  [ -e "$cache/engine/$key/llama-server" ] || timed "Building llama.cpp (about 7 minutes on 2 cores, once)" build_engine "$key"
  if [ "$(cat "$target/.key" 2>/dev/null)" = "$key" ]; then return 0; fi
  mkdir -p "$root/build/$preset"
  rm -rf "$target"
  cp -al "$cache/engine/$key" "$target" 2>/dev/null || { rm -rf "$target"; cp -a "$cache/engine/$key" "$target"; }
  echo "$key" >"$target/.key"
}
