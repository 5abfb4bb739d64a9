#pragma once
#include "app/demo/phantom.h"
#include "viewer/volume/stack.h"

namespace diascope::test
{

/// Five slices of 32 × 32 as files in this folder.
inline viewer::Stack ctStack(const QString& folder)
{
    demo::Sampling sampling;
    sampling.columns = sampling.rows = 32;
    sampling.slices = 5;
    const QStringList paths = *demo::writeCt(folder, {}, {}, sampling);
    std::vector<viewer::Instance> instances;
    for (const QString& path : paths)
        instances.push_back(viewer::readInstances(path)->front());
    return viewer::buildStacks(std::move(instances)).front();
}

} // namespace diascope::test
