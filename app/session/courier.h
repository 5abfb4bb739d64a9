#pragma once
#include "netclient/hl7/mllp.h"
#include "netclient/transfer/delivery_queue.h"

namespace diascope::app
{

/// A message the RIS took (CA) and has not said to have processed is held for a person after so many minutes.
inline const Setting<int> risAnswerMinutes{"ris.hl7.answerMinutes", 60};

transfer::Acknowledgement plain(const hl7::Acknowledgement& answer);

/// Takes signed reports to the RIS, over one connection that is kept between its rounds. Of one thread.
class Courier
{
public:
    explicit Courier(const Profile& profile) : m_profile(profile) {}
    /// One round: what came meanwhile, then what is due. Errors: those of the database.
    Result<transfer::DeliveryQueue::Outcome> round(Task& task, transfer::DeliveryQueue::Force force);

private:
    Result<void> settleLate();
    Profile m_profile;
    std::unique_ptr<transfer::DeliveryQueue> m_queue;
    std::unique_ptr<hl7::MllpSender> m_mllp;
    hl7::MllpTarget m_target; ///< of m_mllp
};

} // namespace diascope::app
