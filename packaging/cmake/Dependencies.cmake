# Every library we use. Each comes from a Debian package named in packaging/deps.
find_package(Threads REQUIRED)
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Concurrent DBus Gui Widgets Network Svg Test LinguistTools)
find_package(Qt6Keychain REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(TBB REQUIRED)
find_package(DCMTK REQUIRED)
find_package(GDCM REQUIRED)
find_package(LibXml2 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto SSL)
# Never the Qt module: Debian's is Qt 5.
find_package(VTK 9.1 REQUIRED COMPONENTS CommonCore CommonDataModel CommonMath CommonTransforms CommonExecutionModel
    ImagingCore ImagingGeneral FiltersCore RenderingCore RenderingOpenGL2 RenderingVolume RenderingVolumeOpenGL2)

find_package(ITK 5.2 REQUIRED COMPONENTS ITKCommon ITKImageFunction ITKImageGrid ITKTransform)

find_package(PkgConfig REQUIRED)
pkg_check_modules(lcms2 REQUIRED IMPORTED_TARGET lcms2)

# ITK's headers have warnings of their own too; no factories: it neither reads nor writes files here.
add_library(diascope_itk INTERFACE)
target_include_directories(diascope_itk SYSTEM INTERFACE ${ITK_INCLUDE_DIRS})
target_link_libraries(diascope_itk INTERFACE ${ITK_LIBRARIES})

# DCMTK's headers are not warning-free; as system headers they are quiet.
add_library(diascope_dcmtk INTERFACE)
target_include_directories(diascope_dcmtk SYSTEM INTERFACE ${DCMTK_INCLUDE_DIRS})
target_link_libraries(diascope_dcmtk INTERFACE ${DCMTK_LIBRARIES})
