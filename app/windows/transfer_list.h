#pragma once
#include "app/session/exchange.h"
#include <QAbstractTableModel>
#include <QTimer>
#include <QWidget>

class QLabel;
class QTreeView;

namespace diascope::windows
{

/// The transfers of the profile as rows; other processes' too.
class TransferTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { What, Node, Progress, Rate, Remaining, State, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;

    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(m_transfers.size()); }
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    void setTransfers(std::vector<transfer::Transfer> transfers);
    void countDown();
    const transfer::Transfer* at(int row) const;

private:
    QString text(const transfer::Transfer& transfer, int column) const;
    std::vector<transfer::Transfer> m_transfers;
};

/// The list with what a person can do: pause, go on, cancel, try again, put first, clear what is over.
class TransferList : public QWidget
{
    Q_OBJECT

public:
    explicit TransferList(app::Session& session, QWidget* parent = nullptr);
    int openCount() const { return m_open; }
    /// Of those that were given up.
    int failedCount() const { return m_failed; }

Q_SIGNALS:
    void changed();

private:
    void refresh();
    void updateActions();
    bool mayChange(const transfer::Transfer& transfer) const;
    void cancelChosen();
    void forChosen(Result<void> (transfer::TransferQueue::*change)(qint64));

    app::Session& m_session;
    TransferTable m_table;
    QTreeView* m_view;
    QLabel* m_message;
    QAction *m_pause, *m_resume, *m_cancel, *m_retry, *m_first;
    QTimer m_watch;
    qint64 m_seen = -1;
    int m_open = 0;
    int m_failed = 0;
};

} // namespace diascope::windows
