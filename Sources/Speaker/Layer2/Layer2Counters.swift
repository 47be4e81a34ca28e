import Addresses
import LinkLayer

/// What happened on one interface since it was first used.
package struct Layer2Counters: Hashable, Sendable {
    /// Frames that came through the filter: ARP requests and neighbour solicitations.
    package var received = 0
    package var answeredIPv4 = 0
    package var answeredIPv6 = 0
    /// Frames that got no answer, by reason.
    package var dropped: [DropReason: Int] = [:]
    package var announcedIPv4 = 0
    package var announcedIPv6 = 0
    /// Replies and announcements that could not be sent.
    package var sendFailures = 0

    package init() {}

    package var announcementsSent: Int { announcedIPv4 + announcedIPv6 }

    mutating func countAnnouncement(of address: IPAddress) {
        switch address {
        case .v4: announcedIPv4 += 1
        case .v6: announcedIPv6 += 1
        }
    }

    mutating func count(_ outcome: Responder.Outcome) {
        received += 1
        switch outcome {
        case .answered(.v4): answeredIPv4 += 1
        case .answered(.v6): answeredIPv6 += 1
        case .conflict: dropped[.conflict, default: 0] += 1
        case .dropped(let reason): dropped[reason, default: 0] += 1
        }
    }
}
