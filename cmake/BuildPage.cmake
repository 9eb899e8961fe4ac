# Builds the dashboard with the packages that its lock file pins. Run as a script:
#   cmake -DSOURCE=web/dashboard -DOUT=build/release/dashboard -P BuildPage.cmake
# npm is asked only where the packages are not there yet; ./dev does the same and leaves the same mark.
cmake_minimum_required(VERSION 3.25)
set(mark ${SOURCE}/node_modules/.localscale-lock)
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${SOURCE}/package-lock.json ${mark}
  RESULT_VARIABLE differs OUTPUT_QUIET ERROR_QUIET)
if(differs)
  execute_process(COMMAND npm ci --ignore-scripts --no-fund --no-audit WORKING_DIRECTORY ${SOURCE}
    RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(failed)
    message(FATAL_ERROR "npm ci failed in ${SOURCE} (${failed}):\n${said}\n"
      "The page needs node and npm (Debian: apt-get install nodejs npm) and, once, the npm registry.")
  endif()
  file(COPY_FILE ${SOURCE}/package-lock.json ${mark})
endif()

execute_process(COMMAND node build.mjs --out ${OUT} WORKING_DIRECTORY ${SOURCE}
  RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(failed)
  message(FATAL_ERROR "The dashboard could not be built (${failed}):\n${said}")
endif()
