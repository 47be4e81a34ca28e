import Addresses
import BGP
import Timing

/// What can be asked of ``SpeakerService``: a copy of what it has decided, and since when.
package struct SpeakerView: Sendable {
    package var core: SpeakerCore
    /// When this node began to answer for an address.
    package var announcedSince: [IPAddress: Timestamp] = [:]
    /// When this node began to advertise a prefix.
    package var advertisedSince: [IPPrefix: Timestamp] = [:]

    /// Takes note of what is about to happen.
    mutating func note(_ action: SpeakerCore.Action, at now: Timestamp) {
        switch action {
        case .announce(let changes):
            for change in changes {
                switch change {
                case .announce(let address, _): announcedSince[address] = announcedSince[address] ?? now
                case .withdraw(let address): announcedSince[address] = nil
                }
            }
        case .advertise(let changes):
            for change in changes {
                let isAdvertised = !change.advertisements.isEmpty
                advertisedSince[change.prefix] = isAdvertised ? advertisedSince[change.prefix] ?? now : nil
            }
        case .listen, .expect, .hold: break
        }
    }
}
