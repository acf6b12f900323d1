# The PSA library: targets twintoken::psa (shared) and twintoken::psa-static.
#
#   find_package(twintoken-psa REQUIRED)
#   target_link_libraries(firmware PRIVATE twintoken::psa-static)

get_filename_component(_twintoken_psa_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(_twintoken_psa_include "${_twintoken_psa_prefix}/include")
set(_twintoken_psa_shared "${_twintoken_psa_prefix}/lib/libtwintoken_psa${CMAKE_SHARED_LIBRARY_SUFFIX}")
set(_twintoken_psa_static "${_twintoken_psa_prefix}/lib/libtwintoken_psa.a")

if(NOT TARGET twintoken::psa AND EXISTS "${_twintoken_psa_shared}")
  add_library(twintoken::psa SHARED IMPORTED)
  set_target_properties(twintoken::psa PROPERTIES
    IMPORTED_LOCATION "${_twintoken_psa_shared}"
    # The library has no name of its own inside (SONAME): what is linked with it looks for it by file name.
    IMPORTED_NO_SONAME TRUE
    INTERFACE_INCLUDE_DIRECTORIES "${_twintoken_psa_include}")
endif()

if(NOT TARGET twintoken::psa-static AND EXISTS "${_twintoken_psa_static}")
  find_package(Threads REQUIRED)
  add_library(twintoken::psa-static STATIC IMPORTED)
  set_target_properties(twintoken::psa-static PROPERTIES
    IMPORTED_LOCATION "${_twintoken_psa_static}"
    INTERFACE_INCLUDE_DIRECTORIES "${_twintoken_psa_include}"
    INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
endif()

if(NOT TARGET twintoken::psa AND NOT TARGET twintoken::psa-static)
  set(twintoken-psa_FOUND FALSE)
  set(twintoken-psa_NOT_FOUND_MESSAGE "no libtwintoken_psa in ${_twintoken_psa_prefix}/lib")
endif()
