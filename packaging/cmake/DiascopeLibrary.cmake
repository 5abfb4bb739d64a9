# QtCore and the standard library's containers are read once for all libraries and tests: compiling takes half the time.
# clang's builds (fuzz, coverage) do without, so a header that a file forgot to include is missed there.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess) # or ccache would not cache what uses it
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/precompiled.cpp CONTENT "")
    foreach(name diascope_precompiled diascope_precompiled_tests)
        add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/generated/precompiled.cpp)
        target_link_libraries(${name} PRIVATE diascope_flags Qt6::Core)
        set_target_properties(${name} PROPERTIES AUTOMOC OFF AUTORCC OFF)
        target_precompile_headers(${name} PRIVATE <QtCore> <algorithm> <array> <atomic> <cmath> <expected> <functional> <map>
            <memory> <mutex> <optional> <ranges> <span> <string> <thread> <variant> <vector>)
    endforeach()
    target_compile_definitions(diascope_precompiled_tests PRIVATE _GLIBCXX_ASSERTIONS)
endif()

# diascope_library(<second-level folder> [PUBLIC targets…] [PRIVATE targets…])
# One static target for the folder it is called in: sources are all its *.cpp.
# netclient/base becomes diascope_netclient_base, alias Diascope::netclient_base.
function(diascope_library)
    cmake_parse_arguments(ARG "" "" "PUBLIC;PRIVATE" ${ARGN})
    file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
    string(REPLACE "/" "_" name ${folder})
    file(GLOB sources CONFIGURE_DEPENDS *.cpp *.h)
    add_library(diascope_${name} STATIC ${sources})
    add_library(Diascope::${name} ALIAS diascope_${name})
    target_link_libraries(diascope_${name} PUBLIC diascope_flags ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
    if(TARGET diascope_precompiled)
        target_precompile_headers(diascope_${name} REUSE_FROM diascope_precompiled)
    endif()
endfunction()

# diascope_module(<name> <source> LIBS targets…)
# A part of the program that is loaded when it is first needed (base/program_part.h): <name>.so beside the programs. It takes
# no symbol from the program, which the linker checks.
function(diascope_module name source)
    cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
    add_library(${name} MODULE ${source})
    set_target_properties(${name} PROPERTIES PREFIX "" AUTOMOC OFF AUTORCC OFF LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
    target_link_libraries(${name} PRIVATE diascope_flags ${ARG_LIBS})
    if(NOT DIASCOPE_SANITIZE AND NOT DIASCOPE_FUZZ)
        target_link_options(${name} PRIVATE -Wl,-z,defs)
    endif()
endfunction()

# Adds those of the named folders that exist: a room appears when it has code.
macro(diascope_rooms)
    foreach(room ${ARGN})
        if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${room}/CMakeLists.txt)
            add_subdirectory(${room})
        endif()
    endforeach()
endmacro()

# Those tests that every change passes under sanitizers.
add_custom_target(sanitized)

# diascope_test(tst_<unit> [GL] [WHOLE] LIBS targets…)
# A Qt Test executable from tests/tst_<unit>.cpp. GL: needs a display with OpenGL (run under Xvfb, label gl);
# all others run with QT_QPA_PLATFORM=offscreen. WHOLE: starts the program again and again (label whole); the rooms below have
# tests of their own, so that under sanitizers, where it takes a quarter of all tests' time, only the long run has it.
function(diascope_test name)
    cmake_parse_arguments(ARG "GL;WHOLE" "" "LIBS" ${ARGN})
    # By one call of moc: AUTOMOC takes three steps and a compilation for each program, a quarter of a whole build.
    qt6_generate_moc(${name}.cpp ${name}.moc)
    add_executable(${name} ${name}.cpp ${name}.moc)
    set_target_properties(${name} PROPERTIES AUTOMOC OFF AUTORCC OFF)
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
    target_link_libraries(${name} PRIVATE diascope_flags Qt6::Test diascope_test_support ${ARG_LIBS})
    target_compile_definitions(${name} PRIVATE _GLIBCXX_ASSERTIONS) # the error of what succeeded ends the test
    if(TARGET diascope_precompiled_tests)
        target_precompile_headers(${name} REUSE_FROM diascope_precompiled_tests)
    endif()
    if(ARG_GL)
        add_test(NAME ${name} COMMAND xvfb-run -a -s "-screen 0 1600x1000x24" $<TARGET_FILE:${name}>)
        set_tests_properties(${name} PROPERTIES LABELS gl)
    else()
        add_test(NAME ${name} COMMAND ${name})
        set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT QT_QPA_PLATFORM=offscreen)
    endif()
    if(ARG_WHOLE)
        set_tests_properties(${name} PROPERTIES LABELS whole)
    elseif(NOT ARG_GL)
        add_dependencies(sanitized ${name})
    endif()
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
        "UBSAN_OPTIONS=print_stacktrace=1" "ASAN_OPTIONS=detect_leaks=0:alloc_dealloc_mismatch=0")
    # For what hangs: the slowest program takes three minutes under sanitizers, and a busy machine is several times slower.
    set_tests_properties(${name} PROPERTIES TIMEOUT 900)
endfunction()
