#pragma once
#include "app/demo/phantom.h"
#include "app/session/session.h"
#include <QTemporaryDir>

namespace diascope::test
{

/// None where it cannot be opened.
inline std::unique_ptr<app::Session> openSession(const QString& profile, app::Mode mode = app::Mode::Reading)
{
    auto session = app::Session::open(profile, mode);
    return session ? std::move(*session) : nullptr;
}

/// A small CT of two slices.
inline dicom::StudyUid importPhantom(app::Session& session, const QString& seed = QStringLiteral("phantom"))
{
    const QTemporaryDir folder;
    demo::Sampling sampling;
    sampling.slices = 2;
    sampling.columns = sampling.rows = 16;
    demo::Study study;
    study.seed = seed;
    Task task;
    (void)demo::writeCt(folder.path(), {}, study, sampling);
    (void)session.archive().import({folder.path()}, archive::ImportMode::Copy, task);
    return {demo::studyUidOf(seed)};
}

/// A peer of this machine.
inline dimse::Node nodeAt(quint16 port, const QString& name = QStringLiteral("pacs"))
{
    dimse::Node node;
    node.name = name;
    node.aeTitle = QStringLiteral("PACS");
    node.host = QStringLiteral("127.0.0.1");
    node.port = port;
    return node;
}

} // namespace diascope::test
