# The charm: what `cmake --install` stages, and the archive that Juju deploys.

set(juju_arches x86_64=amd64 aarch64=arm64 ppc64le=ppc64el s390x=s390x riscv64=riscv64)
set(JUJU_ARCH ${CMAKE_SYSTEM_PROCESSOR})
foreach(pair IN LISTS juju_arches)
  if(pair MATCHES "^${CMAKE_SYSTEM_PROCESSOR}=(.*)$")
    set(JUJU_ARCH ${CMAKE_MATCH_1})
  endif()
endforeach()
configure_file(manifest.yaml.in ${PROJECT_BINARY_DIR}/manifest.yaml @ONLY)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/version CONTENT "${PROJECT_VERSION}\n")

install(PROGRAMS $<TARGET_FILE:leader-cron> DESTINATION bin)
# The links in hooks/ and actions/ are kept as links; they point to ../bin/leader-cron, which is there once staged.
install(DIRECTORY hooks actions templates DESTINATION .)
install(FILES metadata.yaml config.yaml actions.yaml ${PROJECT_BINARY_DIR}/manifest.yaml ${PROJECT_BINARY_DIR}/version
              icon.svg LICENSE README.md DESTINATION .)

set(charm_archive ${PROJECT_BINARY_DIR}/leader-cron_${JUJU_ARCH}.charm)
set(charm_stage ${PROJECT_BINARY_DIR}/charm)
add_custom_target(charm
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${charm_stage} ${charm_archive}
  COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${charm_stage}
  # -y keeps links as links (charmcraft would store a copy of the binary for each), -X leaves out owners and times.
  COMMAND ${CMAKE_COMMAND} -E chdir ${charm_stage} zip -q -y -X -r ${charm_archive} .
  DEPENDS leader-cron
  COMMENT "Packing ${charm_archive}"
  VERBATIM)
